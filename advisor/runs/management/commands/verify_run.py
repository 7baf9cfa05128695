"""Do the rows of a run, or of all runs, still add up?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from advisor.runs.models import Run
from advisor.runs.services.verifying import broken_invariants


class Command(BaseCommand):
    """Check the ten invariants of runs; the exit status is 1 when one is broken."""

    help = "Check the invariants I1 to I10 of a run, or of all runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the ids of the runs to check; none means all."""
        parser.add_argument("run", nargs="*", type=int, help="ids of runs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line a run, and one for each invariant that is broken."""
        chosen = options["run"]
        runs = Run.objects.select_related("project", "setup", "recommendation")
        if chosen:
            runs = runs.filter(pk__in=chosen)
            if lost := sorted(set(chosen) - set(runs.values_list("pk", flat=True))):
                named = ", ".join(map(str, lost))
                raise CommandError(f"No run has the id {named}. Nothing was checked.")
        bad = 0
        for run in runs.order_by("pk"):
            found = broken_invariants(run)
            bad += bool(found)
            said = "all invariants hold" if not found else f"{len(found)} broken"
            self.stdout.write(f"run {run.pk} ({run.state}): {said}")
            for line in found:
                self.stdout.write(f"  {line}")
        if bad:
            raise CommandError(f"Invariants of {bad} runs are broken, listed above.")
