"""How is one run made and worked off for a measurement of what it costs?"""

import os
import tempfile
import time
from typing import Any


def prepare() -> None:
    """Set up the product on the database of BENCH_DATABASE_URL."""
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="rightsize-overhead-")
    os.environ["DATABASE_URL"] = os.environ["BENCH_DATABASE_URL"]
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def opened(candidate: dict[str, Any], samples: Any, **document: Any) -> tuple[Any, Any]:
    """Launch a run of one candidate; return it and the seconds that took."""
    from advisor.runs import services
    from tests.runs.factory import make_setup

    setup = make_setup(candidates=[candidate], samples=samples, **document)
    start = time.perf_counter()
    run = services.launch(setup=setup, started_by=None)
    seconds = time.perf_counter() - start
    for one in run.candidates.all():
        # The speed phase takes its own time by design.
        one.spec["timed"] = False
        one.save(update_fields=["spec"])
    return run, seconds


def worked_off(run: Any, on_slice: Any = None) -> float:
    """Work a run off in this process; return the seconds to its verdict."""
    from advisor.runs import services
    from advisor.runs.models import Answer, Run

    start = time.perf_counter()
    run = services.run_inline(run, on_slice=on_slice)
    seconds = time.perf_counter() - start
    answered = Answer.objects.filter(trial__run=run, failure_code="").count()
    if run.state != Run.State.COMPLETED or answered != run.trials.count():
        raise RuntimeError(f"the run ended {run.state} with {answered} answers")
    return seconds
