"""How is the dispatcher started? As a process of its own, ended by a signal."""

import signal
from types import FrameType

from django.core.management.base import BaseCommand

from advisor.runs.dispatcher import Dispatcher


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
        dispatcher.run()
