"""How is a setup file evaluated from a terminal? Stored, launched, waited for.

The same services and workers as the web application's do the work; `inline` does it in
this process and needs no queue.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.functions import Now

from advisor.accounts.models import Team
from advisor.accounts.services import team_for_command_line
from advisor.adaptations.selectors import queues_at_work
from advisor.projects.models import Setup
from advisor.runs import services as runs
from advisor.runs.models import Candidate, Run, Trial
from advisor.runs.selectors import RunProgress, progress_of
from advisor.web.embedded_services import embedded_services

POLL_SECONDS = 0.5
SERVE = (
    "Start them with: python manage.py serve --roles local,remote,default,dispatcher"
    " (or evaluate with --inline)."
)

Tell = Callable[[RunProgress], None]


class EvaluationError(Exception):
    """The work could not be done here; the message names the command that helps."""


class NoWorkerError(EvaluationError):
    """Nobody took the work; the message names the command that starts workers."""


def prepare_database() -> None:
    """Bring the embedded database up to date; a server's is its operator's to do.

    Raises:
        EvaluationError: The database does not answer, or lacks migrations.
    """
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        why = str(error).strip().splitlines()[0]
        raise EvaluationError(
            f"The database does not answer: {why}. Check DATABASE_URL."
        ) from error
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if connection.vendor != "sqlite":
        raise EvaluationError(
            "The database is not up to date. Run: python manage.py migrate"
        )
    call_command("migrate", verbosity=0)


def team_called(slug: str) -> Team:
    """Return the team, made when missing."""
    return team_for_command_line(slug=slug)


def evaluate(setup: Setup, *, inline: bool, tell: Tell) -> Run:
    """Run a frozen setup to its end and return the run.

    A run that is interrupted here, as by Ctrl-C, is cancelled: nobody would wait for
    it, and it may cost money.

    Raises:
        NoWorkerError: No worker took the work within WORKER_SECONDS, or none goes on
            with it; the run is cancelled.
        ServicesError: The embedded services did not start.
        LaunchRefused: The setup cannot be launched.
    """
    embedded = not (inline or settings.REDIS_URL)
    with embedded_services() if embedded else nullcontext():
        run = runs.launch(setup=setup, started_by=None)
        try:
            return _work(run, tell) if inline else _wait(run, tell)
        except (KeyboardInterrupt, SystemExit):
            _give_up(run)
            raise


def _work(run: Run, tell: Tell) -> Run:
    """Return the run once this process has done all of its work."""
    runs.run_inline(run, on_slice=lambda _: tell(progress_of(run)))
    tell(progress_of(run))
    return run


def _wait(run: Run, tell: Tell) -> Run:
    """Return the run once it is final or paused; report progress meanwhile."""
    moved, patience = time.monotonic(), settings.WORKER_SECONDS
    while True:
        progress = progress_of(run)
        tell(progress)
        if progress.final or progress.state == Run.State.PAUSED:
            run.refresh_from_db()
            return run
        if _somebody_works():
            # From now on a worker that is started again has time to come back.
            moved, patience = time.monotonic(), settings.STUCK_SECONDS
        elif not runs.due_candidates([run.pk]):
            moved = time.monotonic()
        if time.monotonic() - moved > patience:
            _give_up(run)
            raise NoWorkerError(
                f"No worker took the work within {patience:.0f} s; the run was"
                f" cancelled. {SERVE}"
            )
        time.sleep(POLL_SECONDS)


def _give_up(run: Run) -> None:
    try:
        runs.cancel(run=run)
    except runs.StepRefused:
        return


def _somebody_works() -> bool:
    """Tell whether any worker holds anything: a busy one will come to this run."""
    trials = Trial.objects.filter(state=Trial.State.LEASED, lease_until__gt=Now())
    candidates = Candidate.objects.filter(lease_until__gt=Now())
    return trials.exists() or candidates.exists() or bool(queues_at_work())
