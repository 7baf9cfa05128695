"""Show a complete decision: built-in models, built-in samples, the real workers."""

import signal
import threading
from argparse import ArgumentParser
from collections.abc import Mapping
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
from advisor.reports.services.setup_files import Prepared, read_setup, store_setup
from advisor.runs.models import Run
from advisor.runs.selectors import runs_of_team
from advisor.web.embedded_services import embedded_services
from advisor.web.roles import ROLES, WORKERS

EXAMPLES = Path("docs/examples")
TASKS = ("tickets", "sentiment", "normalise", "redact", "extract", "reading")
TEAM = "local"


class Command(BaseCommand):
    """Evaluate once, show the stored result at every start, then serve."""

    help = "Decide between the built-in models on the built-in support tickets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add whether to serve, and where."""
        parser.add_argument("--exit", action="store_true", help="end after the result")
        parser.add_argument("--port", type=int, default=0, help="0 finds a free one")
        parser.add_argument(
            "--all", action="store_true", help="decide for all six tasks, not one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Show the recommendation, made now or by an earlier start."""
        evaluating.prepare_database()
        ensure_facts()
        leaving = options["exit"]
        names = TASKS if options["all"] else TASKS[:1]
        runs = {name: self._decided(name) for name in names}
        if leaving and all(runs.values()):
            self._show_all(runs)
            return
        roles = (*WORKERS, "dispatcher") if leaving else ROLES
        self._say("Starting database, queue, workers and dispatcher …")
        with embedded_services(roles=roles, port=options["port"]) as running:
            runs = {name: run or self._evaluate(name) for name, run in runs.items()}
            last = self._show_all(runs)
            if running.site_url and not leaving:
                self._serve(last, running.site_url)

    def _decided(self, name: str) -> Run | None:
        """Return the run of an earlier start; None before the first."""
        project = self._read(name).value.project
        decided = runs_of_team(self._team()).filter(
            recommendation__isnull=False, project__name=project
        )
        return decided.first()

    def _evaluate(self, name: str) -> Run:
        prepared = self._read(name)
        stored = store_setup(prepared, team=self._team())
        self._say(f"{prepared.value.project}: asking the models, then timing them …")
        run = evaluating.evaluate(stored, inline=False, tell=self._tell())
        if result_of(run) is None:
            why = run.pause_reason or run.get_state_display()
            raise CommandError(f"The demo ended without a recommendation: {why}")
        return run

    def _show_all(self, runs: Mapping[str, Run | None]) -> Run:
        """Print every result and, of several, what is right for which project."""
        shown = [run for run in runs.values() if run is not None]
        for run in shown:
            self._show(run)
        if len(shown) > 1:
            self._say("\nThe right size by project:")
            for run in shown:
                self._say(f"{run.project.name}: {run.recommendation.sentence}")
        return shown[0]

    def _show(self, run: Run) -> None:
        """Print table, sentence and where the files are."""
        result = result_of(run)
        if result is None:
            raise CommandError("The demo's run has no recommendation.")
        self._say(f"\n{run.project.name}\n")
        self._say(terminal.comparison(result.document))
        self._say(f"\n{result.document['sentence']}\n")
        folder = Path(settings.VAR_DIR) / "demo" / run.project.slug
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

    def _read(self, name: str) -> Prepared:
        path = Path(settings.BASE_DIR) / EXAMPLES / f"{name}.yaml"
        return read_setup(path, known=known_names(self._team()))

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
