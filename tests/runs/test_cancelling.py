"""Cancelled at any moment, a run asks nothing more, its money adds up (F19)."""

from random import Random

import pytest

from advisor.runs import services
from advisor.runs.models import Answer, Run, Trial
from advisor.runs.services.verifying import broken_invariants
from tests.runs.factory import make_setup

pytestmark = pytest.mark.django_db
SAMPLES, TIMES = 6, 100


def test_a_run_may_be_cancelled_a_hundred_times_at_any_answer(tmp_path, settings):
    # A beat before each answer, as often as a worker beats during a slow one.
    settings.HEARTBEAT_SECONDS = 0
    path = tmp_path / "calls"
    setup = make_setup(
        samples=SAMPLES,
        candidates=[{"id": "a", "options": {"calls_file": str(path)}}],
    )
    for seed in range(TIMES):
        run = services.launch(setup=setup, started_by=None)
        one = run.candidates.get()
        left = [Random(seed).randint(1, SAMPLES + 2)]

        def cancelled(left: list[int] = left, run: Run = run) -> bool:
            left[0] -= 1
            if left[0] == 0:
                services.cancel(run=Run.objects.get(pk=run.pk))
                path.write_text("")
            return False

        services.drive(run_id=run.pk, candidate_id=one.pk, stopping=cancelled)
        if left[0] > 0:
            services.cancel(run=run)
            path.write_text("")
        # As in a worker whose heartbeat finds the run cancelled.
        services.drive(run_id=run.pk, candidate_id=one.pk)
        services.reap()
        services.sweep_cancelled()
        services.finish(run.pk)
        run.refresh_from_db()
        assert run.state == Run.State.CANCELLED
        assert len(path.read_text().split()) <= 1
        assert not run.trials.filter(state__in=("pending", "leased")).exists()
        answered = Answer.objects.filter(trial__run=run).count()
        ended = run.trials.exclude(state=Trial.State.SKIPPED).count()
        assert answered == ended
        assert broken_invariants(run) == []
