"""Bring the catalog up to date: `manage.py catalog import`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from advisor.catalog.services import import_facts


class Command(BaseCommand):
    """Import the facts that ship with the product as shared rows."""

    help = "Bring models, machines and prices of the catalog up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what to do; there is one thing so far."""
        parser.add_argument("action", choices=["import"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and say what was done."""
        done = import_facts()
        self.stdout.write(
            f"{done.added} added, {done.corrected} corrected,"
            f" {done.unchanged} unchanged."
        )
