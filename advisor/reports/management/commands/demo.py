"""Show a complete decision: built-in models, built-in samples, the real workers."""

import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from advisor.accounts.models import Team
from advisor.accounts.services import (
    local_owner,
    one_time_sign_in_link,
    team_for_command_line,
)
from advisor.catalog.services import ensure_facts
from advisor.projects.pages.header import project_url
from advisor.projects.services import known_names
from advisor.reports.pages import record, terminal
from advisor.reports.selectors import result_of
from advisor.reports.services import evaluating
from advisor.reports.services.setup_files import read_setup, store_setup
from advisor.runs.models import Run
from advisor.runs.selectors import runs_of_team
from advisor.web.embedded_services import embedded_services
from advisor.web.roles import ROLES, WORKERS

SETUP = Path("docs/examples/tickets.yaml")
TEAM = "local"


class Command(BaseCommand):
    """Evaluate once, show the stored result at every start, then serve."""

    help = "Decide between the built-in models on the built-in support tickets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add whether to serve, and where."""
        parser.add_argument("--exit", action="store_true", help="end after the result")
        parser.add_argument("--port", type=int, default=0, help="0 finds a free one")

    def handle(self, *args: Any, **options: Any) -> None:
        """Show the recommendation, made now or by an earlier start."""
        evaluating.prepare_database()
        ensure_facts()
        leaving = options["exit"]
        roles = (*WORKERS, "dispatcher") if leaving else ROLES
        run = self._decided()
        if run is not None and leaving:
            self._show(run)
            return
        self._say("Starting database, queue, workers and dispatcher …")
        with embedded_services(roles=roles, port=options["port"]) as running:
            run = run or self._evaluate()
            self._show(run)
            if running.site_url and not leaving:
                self._serve(run, running.site_url)

    def _decided(self) -> Run | None:
        """Return the demo's run of an earlier start; None before the first."""
        prepared = read_setup(self._setup(), known=known_names(self._team()))
        decided = runs_of_team(self._team()).filter(
            recommendation__isnull=False, project__name=prepared.value.project
        )
        return decided.first()

    def _evaluate(self) -> Run:
        prepared = read_setup(self._setup(), known=known_names(self._team()))
        stored = store_setup(prepared, team=self._team())
        self._say("Asking every model all samples, then measuring its speed …")
        run = evaluating.evaluate(stored, inline=False, tell=self._tell())
        if result_of(run) is None:
            why = run.pause_reason or run.get_state_display()
            raise CommandError(f"The demo ended without a recommendation: {why}")
        return run

    def _show(self, run: Run) -> None:
        """Print table, sentence and where the files are."""
        result = result_of(run)
        if result is None:
            raise CommandError("The demo's run has no recommendation.")
        self._say("\n" + terminal.comparison(result.document))
        self._say(f"\n{result.document['sentence']}\n")
        folder = Path(settings.VAR_DIR) / "demo"
        folder.mkdir(parents=True, exist_ok=True)
        as_json, as_pdf = (
            folder / f"run-{run.number}.{end}" for end in ("json", "pdf")
        )
        as_json.write_bytes(run.recommendation.document.encode())
        if not as_pdf.exists():
            as_pdf.write_bytes(record.pdf_of(run))
        self._say(f"JSON: {as_json.resolve()}")
        self._say(f"PDF: {as_pdf.resolve()}")

    def _serve(self, run: Run, site_url: str) -> None:
        """Print a link that signs in once, and wait to be stopped."""
        path = project_url(run.project, f"runs/{run.number}/compare/")
        link = one_time_sign_in_link(local_owner(team=self._team()), path)
        self._say(f"\nSign in once: {site_url}{link.removeprefix(settings.SITE_URL)}")
        self._say("Press Ctrl-C to stop everything.")
        stopped = threading.Event()

        def stop(_number: int, _frame: FrameType | None) -> None:
            stopped.set()

        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGTERM, stop)
        stopped.wait()
        self._say("\nStopping …")

    def _team(self) -> Team:
        return team_for_command_line(slug=TEAM)

    def _setup(self) -> Path:
        return Path(settings.BASE_DIR) / SETUP

    def _tell(self) -> evaluating.Tell:
        last = [""]

        def tell(progress: Any) -> None:
            line = terminal.progress_line(progress)
            if line != last[0]:
                last[0] = line
                self._say(line)

        return tell

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
