"""Evaluate a setup file: store, run, recommend. `manage.py evaluate SETUP`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from advisor.catalog.services import ensure_facts
from advisor.projects.schema import SetupInvalid
from advisor.projects.services import known_names
from advisor.reports.pages import record, terminal
from advisor.reports.services import evaluating
from advisor.reports.services.setup_files import read_setup, store_setup
from advisor.runs.models import Run
from advisor.runs.services import LaunchRefused
from advisor.web.embedded_services import ServicesError

EXITS = {"recommended": 0, "none_qualifies": 3, "undecided": 4}
WRONG_SETUP = 2
ANYTHING_ELSE = 1


class Command(BaseCommand):
    """Run the setup through the services and workers that the web uses."""

    help = (
        "Evaluate a setup file. Exit status: 0 recommended, 3 none qualifies,"
        " 4 undecided, 2 the setup or the data is wrong, 1 anything else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the setup file and where results go."""
        parser.add_argument("setup", type=Path, metavar="SETUP")
        parser.add_argument("--json", type=Path, metavar="OUT")
        parser.add_argument("--report", type=Path, metavar="OUT.pdf")
        parser.add_argument("--team", default="local", metavar="SLUG")
        parser.add_argument(
            "--inline", action="store_true", help="do the work in this process"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Evaluate, print, write, and exit with the outcome's status."""
        raise SystemExit(self._status(options))

    def _status(self, options: dict[str, Any]) -> int:
        evaluating.prepare_database()
        ensure_facts()
        team = evaluating.team_called(options["team"])
        try:
            prepared = read_setup(options["setup"], known=known_names(team))
            stored = store_setup(prepared, team=team)
        except SetupInvalid as invalid:
            return self._say_wrong([str(problem) for problem in invalid.problems])
        except (OSError, UnicodeDecodeError) as error:
            return self._say_wrong([f"{options['setup']}: {_why(error)}"])
        for warning in prepared.warnings:
            self.stderr.write(f"Note: {warning}")
        try:
            run = evaluating.evaluate(
                stored, inline=options["inline"], tell=_Teller(self).tell
            )
        except LaunchRefused as refused:
            return self._say_wrong(refused.problems)
        except (evaluating.NoWorkerError, ServicesError) as error:
            self.stderr.write(str(error))
            return ANYTHING_ELSE
        return self._report(run, options)

    def _report(self, run: Run, options: dict[str, Any]) -> int:
        recommendation = getattr(run, "recommendation", None)
        if recommendation is None:
            why = run.pause_reason or run.get_state_display()
            self.stderr.write(f"Run {run.number} ended without a recommendation: {why}")
            return ANYTHING_ELSE
        document = json.loads(recommendation.document)
        self.stdout.write(terminal.comparison(document))
        self.stdout.write(f"\n{recommendation.sentence}")
        if options["json"]:
            options["json"].write_bytes(recommendation.document.encode())
            self.stdout.write(f"JSON: {options['json'].resolve()}")
        if options["report"]:
            options["report"].write_bytes(record.pdf_of(run))
            self.stdout.write(f"PDF: {options['report'].resolve()}")
        return EXITS[recommendation.outcome]

    def _say_wrong(self, problems: list[str] | tuple[str, ...]) -> int:
        for problem in problems:
            self.stderr.write(problem)
        return WRONG_SETUP


class _Teller:
    """Prints progress when it has changed."""

    def __init__(self, command: BaseCommand) -> None:
        self.command = command
        self.last = ""

    def tell(self, progress: Any) -> None:
        line = terminal.progress_line(progress)
        if line != self.last:
            self.last = line
            self.command.stderr.write(line)


def _why(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "is not there."
    if isinstance(error, UnicodeDecodeError):
        return "is not UTF-8 text. Save it as UTF-8."
    return f"cannot be read: {getattr(error, 'strerror', None) or error}."
