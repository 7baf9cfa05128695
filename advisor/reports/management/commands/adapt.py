"""Make a smaller or better model of a setup's candidate. `manage.py adapt SETUP`."""

import json
import os
import shutil
from argparse import ArgumentParser
from math import isfinite
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils.text import slugify

from advisor.accounts.models import Team
from advisor.adaptations import services
from advisor.adaptations.models import Adaptation
from advisor.adaptations.pages.lineage import told_in_text
from advisor.catalog.services import ensure_facts
from advisor.projects.models import Setup
from advisor.projects.schema import Problem, SetupInvalid
from advisor.projects.selectors import tuning_samples
from advisor.projects.services import known_names
from advisor.reports.pages import terminal
from advisor.reports.services import evaluating
from advisor.reports.services.setup_files import read_setup, store_setup
from advisor.tuning.order import BOUNDS, CHOICES, TECHNIQUES, steps_for

DONE, ANYTHING_ELSE, WRONG = 0, 1, 2
PERCENT = ("keep_layers", "keep_mlp", "keep_heads", "zeroed")
FIGURES = tuple(name for name in BOUNDS if name not in PERCENT)
WHOLE = ("steps", "rows", "longest", "seed", "threads", "lora_rank")


class Command(BaseCommand):
    """Make a model through the services that the web uses, in this process."""

    help = (
        "Make a smaller or better model from a setup's candidate. Exit status: 0 made,"
        " 2 the setup or what was asked is wrong, 1 anything else."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the setup file, who is changed how, and where the model goes."""
        parser.add_argument("setup", metavar="SETUP")
        parser.add_argument("--candidate", metavar="KEY", default="")
        parser.add_argument("--technique", choices=TECHNIQUES, default="fine_tune")
        parser.add_argument("--teacher", metavar="KEY", default="")
        parser.add_argument("--accept-terms", action="store_true")
        parser.add_argument("--teacher-usd", type=float, metavar="USD")
        parser.add_argument("--budget", type=float, default=30.0, metavar="MINUTES")
        parser.add_argument("--name", default="", metavar="KEY")
        parser.add_argument("--out", metavar="FOLDER")
        parser.add_argument("--team", default="local", metavar="SLUG")
        for name in ("by", "precision"):
            parser.add_argument(f"--{name}", choices=CHOICES[name])
        for name in BOUNDS:
            kind = int if name in WHOLE else float
            told = "percent" if name in PERCENT else name
            option = f"--{name.replace('_', '-')}"
            parser.add_argument(option, type=kind, metavar=told.upper())

    def handle(self, *args: Any, **options: Any) -> None:
        """Make, print the card, copy, and exit with the outcome's status."""
        try:
            status = self._status(options)
        except KeyboardInterrupt:
            self.stderr.write("Stopped. The job is cancelled.")
            status = ANYTHING_ELSE
        raise SystemExit(status)

    def _status(self, options: dict[str, Any]) -> int:
        trouble = [
            *_about_out(options["out"]),
            *_about_team(options["team"]),
            *_about_cap(options["teacher_usd"]),
        ]
        if trouble:
            return self._say(trouble, WRONG)
        try:
            evaluating.prepare_database()
            ensure_facts()
            made = self._start(options)
        except SetupInvalid as invalid:
            return self._say(map(terminal.problem_line, invalid.problems), WRONG)
        except services.AdaptationRefused as refused:
            return self._say(refused.problems, WRONG)
        except evaluating.EvaluationError as error:
            return self._say([str(error)], ANYTHING_ELSE)
        try:
            made = services.work_inline(made, tell=self._tell)
        except BaseException:
            made.refresh_from_db()
            if made.state in (Adaptation.State.QUEUED, Adaptation.State.RUNNING):
                services.cancel(adaptation=made, by=None)
            raise
        return self._report(made, options["out"])

    def _start(self, options: dict[str, Any]) -> Adaptation:
        """Store setup and job, or nothing at all where either is wrong."""
        slug, given = options["team"], options["setup"]
        known = known_names(Team.objects.filter(slug=slug).first())
        try:
            prepared = read_setup(Path(given), known=known)
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or str(error)
            told = Problem("SETUP", given, f"cannot be read: {why}", "Name a file.")
            raise SetupInvalid([told]) from error
        with transaction.atomic():
            setup = store_setup(prepared, team=evaluating.team_called(slug))
            return services.start_adaptation(
                setup=setup, wish=_wish(setup, options), started_by=None
            )

    def _tell(self, made: Adaptation) -> None:
        steps = f" {made.step:,} of {made.recipe['steps']:,} steps" if made.step else ""
        told = made.stage or made.get_state_display()
        self.stderr.write(f"{told}.{steps}", style_func=str)

    def _report(self, made: Adaptation, out: str | None) -> int:
        if made.state != Adaptation.State.DONE:
            state = made.get_state_display().lower()
            return self._say([f"The job {state}: {made.problem}"], ANYTHING_ELSE)
        self.stdout.write(told_in_text(made))
        if out:
            shutil.copytree(made.folder, out, dirs_exist_ok=True)
            self.stdout.write(f"Copied to {Path(out).resolve()}")
        self.stdout.write(json.dumps({"folder": made.folder, "candidate": made.key}))
        return DONE

    def _say(self, lines: Any, status: int) -> int:
        for line in lines:
            self.stderr.write(line)
        return status


def _wish(setup: Setup, options: dict[str, Any]) -> services.Wish:
    """Return what the options ask for; figures left out are the usual ones."""
    order: dict[str, Any] = {"technique": options["technique"]}
    for name in (*FIGURES, "by", "precision"):
        if options[name] is not None:
            order[name] = options[name]
    for name in PERCENT:
        if options[name] is not None:
            order[name] = options[name] / 100
    if "steps" not in order and setup.sample_set is not None:
        rows = order.get("rows", 16)
        count = tuning_samples(setup.sample_set).count()
        order["steps"] = steps_for(count, max(1, rows))
    parents = services.parents_of(setup)
    usual = str(parents[0]["id"]) if parents else ""
    return services.Wish(
        parent=options["candidate"] or usual,
        order=order,
        budget_minutes=options["budget"],
        teacher=options["teacher"],
        terms_accepted=options["accept_terms"],
        teacher_cap_usd=options["teacher_usd"],
        key=options["name"],
    )


def _about_out(given: str | None) -> list[str]:
    """Return what stands in the way of the copy, before any work is done."""
    if not given:
        return []
    path = Path(given)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        return [f"--out: '{given}' is no empty folder. Name a new one."]
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        return [f"--out: '{given}' lies where nothing can be written. Name another."]
    return []


def _about_team(given: str) -> list[str]:
    if given and slugify(given) == given and len(given) <= 60:
        return []
    return [f"--team: '{given}' is not the slug of a team."]


def _about_cap(given: float | None) -> list[str]:
    if given is None or (isfinite(given) and given >= 0):
        return []
    return [f"--teacher-usd: {given:g} is no amount of money. Give 0 or more."]
