"""Bring the catalog up to date: `manage.py catalog import`, or `catalog refresh`."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from advisor.catalog.facts.price_file import PriceFileError, read_prices
from advisor.catalog.models import Change
from advisor.catalog.services import (
    Planned,
    carry_out,
    hub_plan,
    import_facts,
    price_plan,
)
from advisor.engines.fetching import Source

HUB = "https://huggingface.co"
LARGEST = 25 * 1024 * 1024


class Command(BaseCommand):
    """Import the facts that ship, or refresh them from a hub or a price file."""

    help = "Bring models, machines and prices of the catalog up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what to do, from where, and whether to write."""
        parser.add_argument("action", choices=["import", "refresh"])
        parser.add_argument(
            "--hub",
            nargs="?",
            const=HUB,
            metavar="URL",
            help=f"read models from a hub, {HUB} unless another is named",
        )
        parser.add_argument("--prices", metavar="FILE", help="a .csv or .json file")
        parser.add_argument(
            "--only", nargs="+", default=[], metavar="SLUG", help="these models alone"
        )
        parser.add_argument(
            "--write", action="store_true", help="store it; without, it is only shown"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say what was done or would be."""
        if options["action"] == "import":
            done = import_facts()
            self.stdout.write(
                f"{done.added} added, {done.corrected} corrected,"
                f" {done.unchanged} unchanged."
            )
            return
        if not options["hub"] and not options["prices"]:
            raise CommandError(
                "Nothing to refresh from: give --hub or --prices FILE, or both."
            )
        planned: list[Planned] = []
        problems: list[str] = []
        if options["prices"]:
            planned += self._from_file(Path(options["prices"]))
        if options["hub"]:
            found, problems = self._from_hub(options["hub"], options["only"])
            planned += found
        self._tell(planned, problems)
        self._finish(planned, problems, write=options["write"])

    def _from_file(self, path: Path) -> list[Planned]:
        try:
            content = path.read_bytes()
        except OSError as error:
            told = f"{path} cannot be read: {error.strerror}."
            raise CommandError(told) from None
        if len(content) > LARGEST:
            raise CommandError(f"{path} is larger than 25 MB.")
        try:
            return price_plan(read_prices(content, path.name, timezone.localdate()))
        except PriceFileError as error:
            raise CommandError(f"{error}\nNothing was stored.") from None

    def _from_hub(
        self, url: str, only: Sequence[str]
    ) -> tuple[list[Planned], list[str]]:
        source = Source(base_url=url, listed=settings.ALLOWED_PRIVATE_ENDPOINTS)
        return hub_plan(source, timezone.localdate(), only)

    def _tell(self, planned: Sequence[Planned], problems: Sequence[str]) -> None:
        for one in planned:
            for change in one.changes:
                self.stdout.write(f"{change.kind} {change.slug}: {_line(change)}")
        for problem in problems:
            self.stderr.write(problem)

    def _finish(
        self, planned: Sequence[Planned], problems: Sequence[str], *, write: bool
    ) -> None:
        changes = sum(len(one.changes) for one in planned)
        same = sum(not one.changes for one in planned)
        told = f"{changes} facts change, {same} rows are confirmed as they stand."
        if write:
            carry_out(planned)
            self.stdout.write(f"{told} Stored.")
        else:
            self.stdout.write(f"{told} Nothing was stored: add --write.")
        if problems:
            raise CommandError(f"{len(problems)} models could not be read.")


def _line(change: Change) -> str:
    if change.fact == Change.Deed.ADDED:
        return f"added, {_shown(change.after)} ({change.source}, {change.as_of})"
    was, now = _shown(change.before), _shown(change.after)
    return f"{change.fact} {was} -> {now} ({change.source}, {change.as_of})"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        parts = (f"{name} {amount:g}" for name, amount in value.items() if amount)
        return ", ".join(parts)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "none"
    return "none" if value is None else str(value)
