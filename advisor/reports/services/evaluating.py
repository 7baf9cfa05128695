"""How is a setup file evaluated from a terminal? Stored, launched, waited for.

The same services and workers as the web application's do the work; `inline` does it in
this process and needs no queue.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from advisor.accounts.models import Team
from advisor.projects.models import Setup
from advisor.runs import services as runs
from advisor.runs.models import Candidate, Run, Trial
from advisor.runs.selectors import RunProgress, progress_of
from advisor.web.embedded_services import embedded_services

POLL_SECONDS = 0.5
WORKER_SECONDS = 10.0

Tell = Callable[[RunProgress], None]


class NoWorkerError(Exception):
    """Nobody took the work; the message names the command that starts workers."""


def prepare_database() -> None:
    """Bring the embedded database up to date; a server's is its operator's to do."""
    if connection.vendor != "sqlite":
        return
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0)


def team_called(slug: str) -> Team:
    """Return the team, made when missing."""
    team, _ = Team.objects.get_or_create(
        slug=slug, defaults={"name": slug.replace("-", " ").capitalize()}
    )
    return team


def evaluate(setup: Setup, *, inline: bool, tell: Tell) -> Run:
    """Run a frozen setup to its end and return the run.

    Raises:
        NoWorkerError: No worker took the work within 10 s; the run is cancelled.
        ServicesError: The embedded services did not start.
        LaunchRefused: The setup cannot be launched.
    """
    if inline:
        run = runs.launch(setup=setup, started_by=None)
        return runs.run_inline(run, on_slice=lambda _: tell(progress_of(run)))
    embedded = not settings.REDIS_URL
    with embedded_services() if embedded else nullcontext():
        run = runs.launch(setup=setup, started_by=None)
        return _wait(run, tell)


def _wait(run: Run, tell: Tell) -> Run:
    """Return the run once it is final or paused; report progress meanwhile."""
    started = time.monotonic()
    taken = False
    while True:
        progress = progress_of(run)
        tell(progress)
        if progress.final or progress.state == Run.State.PAUSED:
            run.refresh_from_db()
            return run
        taken = taken or progress.done > 0 or _somebody_works()
        if not taken and time.monotonic() - started > WORKER_SECONDS:
            runs.cancel(run=run)
            raise NoWorkerError(
                f"No worker took the work within {WORKER_SECONDS:.0f} s. Start them"
                " with: python manage.py serve --roles"
                " local,remote,default,dispatcher (or evaluate with --inline)."
            )
        time.sleep(POLL_SECONDS)


def _somebody_works() -> bool:
    """Tell whether any worker holds anything: a busy one will come to this run."""
    return (
        Trial.objects.filter(state=Trial.State.LEASED).exists()
        or Candidate.objects.filter(lease_token__isnull=False).exists()
    )
