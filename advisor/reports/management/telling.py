"""How does a terminal hear of progress? One line that changes, or one now and then."""

import shutil
import time
from typing import TextIO

from django.core.management.base import OutputWrapper

from advisor.reports.pages import terminal
from advisor.runs.selectors import RunProgress

EVERY_SECONDS = 5.0  # where lines stay, as in a log file
CLEAR_LINE = "\r\x1b[K"


class Teller:
    """Tells how far a run is, whenever that has changed."""

    def __init__(self, stream: OutputWrapper | TextIO) -> None:
        self.stream = stream
        self.last = ""
        self.told_at = float("-inf")

    def tell(self, progress: RunProgress) -> None:
        """Show where the run stands: in place on a screen, else every few seconds."""
        line = terminal.progress_line(progress)
        if line == self.last:
            return
        if self.stream.isatty():
            width = shutil.get_terminal_size().columns - 1
            self._write(f"{CLEAR_LINE}{line[:width]}")
        elif progress.final or time.monotonic() - self.told_at >= EVERY_SECONDS:
            self._write(f"{line}\n")
        else:
            return
        self.last, self.told_at = line, time.monotonic()

    def done(self) -> None:
        """Leave the line that changed."""
        if self.last and self.stream.isatty():
            self._write("\n")

    def _write(self, text: str) -> None:
        # Progress is no error, so it does not come in the colour of one.
        if isinstance(self.stream, OutputWrapper):
            self.stream.write(text, style_func=str, ending="")
        else:
            self.stream.write(text)
        self.stream.flush()
