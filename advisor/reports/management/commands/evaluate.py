"""Evaluate a setup file: store, run, recommend. `manage.py evaluate SETUP`."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.text import slugify

from advisor.accounts.models import Team
from advisor.catalog.services import ensure_facts
from advisor.projects.models import Setup
from advisor.projects.schema import Problem, SetupInvalid
from advisor.projects.services import known_names
from advisor.reports.management.telling import Teller
from advisor.reports.pages import record, terminal
from advisor.reports.paper.rendering import ReportNotMade
from advisor.reports.services import evaluating, numbering
from advisor.reports.services.setup_files import read_setup, store_setup
from advisor.runs.models import Run
from advisor.runs.selectors.progress import STOPPED
from advisor.runs.services import LaunchRefused
from advisor.web.embedded_services import ServicesError

EXITS = {"recommended": 0, "none_qualifies": 3, "undecided": 4}
WRONG_SETUP = 2
ANYTHING_ELSE = 1
LOOK = "Paths are relative to the folder that you are in."


class Command(BaseCommand):
    """Run the setup through the services and workers that the web uses."""

    help = (
        "Evaluate a setup file. Exit status: 0 recommended, 3 none qualifies,"
        " 4 undecided, 2 the setup or the data is wrong, 1 anything else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the setup file and where results go."""
        parser.add_argument("setup", metavar="SETUP")
        parser.add_argument("--json", metavar="OUT")
        parser.add_argument("--report", metavar="OUT.pdf")
        parser.add_argument("--team", default="local", metavar="SLUG")
        parser.add_argument(
            "--inline", action="store_true", help="do the work in this process"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Evaluate, print, write, and exit with the outcome's status."""
        try:
            status = self._status(options)
        except KeyboardInterrupt:
            self.stderr.write("Stopped. The run is cancelled; its answers are kept.")
            status = ANYTHING_ELSE
        raise SystemExit(status)

    def _status(self, options: dict[str, Any]) -> int:
        trouble = [*_unwritable(options), *_no_slug(options["team"])]
        if trouble:
            return self._say(trouble, ANYTHING_ELSE)
        try:
            evaluating.prepare_database()
            ensure_facts()
            setup = self._setup(options)
            teller = Teller(self.stderr)
            run = evaluating.evaluate(setup, inline=options["inline"], tell=teller.tell)
            teller.done()
        except SetupInvalid as invalid:
            return self._say(map(terminal.problem_line, invalid.problems), WRONG_SETUP)
        except LaunchRefused as refused:
            return self._say(refused.problems, WRONG_SETUP)
        except (evaluating.EvaluationError, ServicesError) as error:
            return self._say([str(error)], ANYTHING_ELSE)
        return self._report(run, options)

    def _setup(self, options: dict[str, Any]) -> Setup:
        """Return the setup, stored and frozen; nothing is stored of a wrong one."""
        given, slug = options["setup"], options["team"]
        known = known_names(Team.objects.filter(slug=slug).first())
        try:
            prepared = read_setup(Path(given), known=known)
        except (OSError, UnicodeDecodeError) as error:
            told = Problem("SETUP", given, *_why(error))
            raise SetupInvalid([told]) from error
        for warning in prepared.warnings:
            self.stderr.write(f"Note: {warning}", style_func=str)
        with transaction.atomic():
            return store_setup(prepared, team=evaluating.team_called(slug))

    def _report(self, run: Run, options: dict[str, Any]) -> int:
        stored = getattr(run, "recommendation", None)
        if stored is None:
            why = run.pause_reason or "it ended without a recommendation."
            state = run.get_state_display().lower()
            return self._say([f"Run {run.number} is {state}: {why}"], ANYTHING_ELSE)
        document = json.loads(stored.document)
        self.stdout.write(terminal.comparison(document, stopped=run.state in STOPPED))
        self.stdout.write(f"\n{stored.sentence}")
        numbering.ensure_record(run=run)
        try:
            if options["json"]:
                self._write("JSON", options["json"], stored.document.encode())
            if options["report"]:
                self._write("PDF", options["report"], record.pdf_of(run))
        except (OSError, ReportNotMade) as error:
            return self._say([str(error)], ANYTHING_ELSE)
        return EXITS[stored.outcome]

    def _write(self, kind: str, given: str, content: bytes) -> None:
        path = Path(given)
        path.write_bytes(content)
        self.stdout.write(f"{kind}: {path.resolve()}")

    def _say(self, lines: Any, status: int) -> int:
        for line in lines:
            self.stderr.write(line)
        return status


def _unwritable(options: dict[str, Any]) -> list[str]:
    """Return what stands in the way of the results, before any work is done."""
    lines = []
    for name in ("json", "report"):
        given = options[name]
        if not given:
            continue
        folder = Path(given).parent
        if Path(given).is_dir() or not folder.is_dir():
            told = "is a folder" if Path(given).is_dir() else "lies in no folder"
            lines.append(f"--{name}: '{given}' {told}. Name a file. {LOOK}")
        elif not os.access(folder, os.W_OK):
            lines.append(f"--{name}: '{given}' cannot be written. Name another file.")
    return lines


def _no_slug(given: str) -> list[str]:
    if given and slugify(given) == given and len(given) <= 60:
        return []
    near = slugify(given)[:60]
    hint = f" Did you mean {near}?" if near else ""
    return [f"--team: '{given}' is not the slug of a team.{hint}"]


def _why(error: Exception) -> tuple[str, str]:
    if isinstance(error, FileNotFoundError):
        return "is not there", LOOK
    if isinstance(error, UnicodeDecodeError):
        return f"is not UTF-8 text at byte {error.start:,}", "Save it as UTF-8."
    return f"cannot be read: {getattr(error, 'strerror', None) or error}", LOOK
