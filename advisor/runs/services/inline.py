"""How is a run worked off without a queue? In this process, candidate by candidate."""

import time
from collections.abc import Callable

from django.conf import settings

from advisor.runs.models import Candidate, Run
from advisor.runs.services.beside import drive_beside
from advisor.runs.services.driving import never
from advisor.runs.services.endpoint_probing import probe_due
from advisor.runs.services.finishing import finish
from advisor.runs.services.hints import due_candidates
from advisor.runs.services.reaping import reap, sweep_cancelled
from advisor.runs.services.states import LIVE_RUNS


def run_inline(
    run: Run,
    *,
    on_slice: Callable[[Candidate], None] | None = None,
    stopping: Callable[[], bool] = never,
) -> Run:
    """Do all the work of a run here, without any queue, and return it as it stands.

    ``on_slice`` is called after each slice, to show progress. Ends when the run is
    final or paused; other workers may work on it at the same time.
    """
    while not stopping():
        candidate = next(iter(due_candidates(run_ids=[run.pk])), None)
        if candidate is not None:
            drive_beside(candidate, stopping=stopping, anywhere=True)
            if on_slice is not None:
                on_slice(candidate)
        finish(run.pk)
        run.refresh_from_db()
        if run.state not in LIVE_RUNS:
            break
        if candidate is None:
            reap()
            sweep_cancelled()
            probe_due()
            time.sleep(min(settings.REAP_SECONDS, 0.2))
    return run
