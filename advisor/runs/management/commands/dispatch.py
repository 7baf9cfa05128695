"""How is the dispatcher started? As a process of its own, ended by a signal."""

import logging
import signal
from types import FrameType

from django.core.management.base import BaseCommand
from django.db import DatabaseError

from advisor.catalog.services import ensure_facts
from advisor.runs.dispatcher import Dispatcher

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Reap leases, publish hints and end runs until told to stop."""

    help = "Keep runs going: reap leases, publish hints, end runs."

    def handle(self, *args: object, **options: object) -> None:
        """Run until SIGTERM or SIGINT."""
        dispatcher = Dispatcher()

        def stop(number: int, frame: FrameType | None) -> None:
            dispatcher.stop.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        signal.signal(signal.SIGQUIT, stop)
        fill_catalog()
        dispatcher.run()


def fill_catalog() -> None:
    """Import the facts that ship, so that no installation starts with an empty catalog.

    A database that is away or not migrated yet is no reason not to start.
    """
    try:
        ensure_facts()
    except DatabaseError as error:
        log.warning("The catalog was not filled: %s", error)
