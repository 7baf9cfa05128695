"""Which events are in a stream of bytes? Server-sent events, read as they come.

Follows the HTML standard's event stream format (html.spec.whatwg.org, 9.2.6), of which
only `data` matters here. Lines, events and their number have limits.
"""

from codecs import BOM_UTF8
from collections.abc import Iterator

from advisor.engines.base import Failure
from advisor.engines.safe_http import CallError, Limits


class EventReader:
    """Turns pieces of bytes into the data of events."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._rest: list[bytes] = []
        self._length = 0
        self._data: list[str] = []
        self._lines = 0

    def feed(self, piece: bytes) -> Iterator[str]:
        """Yield the data of each event that `piece` completes.

        Raises:
            CallError: A line is too long, or there are too many of them.
        """
        self._rest.append(piece)
        self._length += len(piece)
        if b"\n" in piece or b"\r" in piece:
            for line in self._whole_lines():
                event = self._line(line)
                if event is not None:
                    yield event
        self._check(self._length)

    def _whole_lines(self) -> list[bytes]:
        # A lone CR also ends a line; a CR at the end may be half of a CRLF, so it
        # waits for the next piece.
        whole = b"".join(self._rest).replace(b"\r\n", b"\n")
        held = b"\r" if whole.endswith(b"\r") else b""
        whole = whole[: len(whole) - len(held)].replace(b"\r", b"\n")
        *lines, rest = whole.split(b"\n")
        self._rest = [rest + held]
        self._length = len(rest) + len(held)
        return lines

    def _line(self, line: bytes) -> str | None:
        self._lines += 1
        self._check(len(line))
        if self._lines == 1:
            line = line.removeprefix(BOM_UTF8)
        if line:
            name, _, value = line.partition(b":")
            if name == b"data":
                text = value.removeprefix(b" ").decode("utf-8", "replace")
                self._data.append(text)
            return None
        event, self._data = "\n".join(self._data), []
        return event if event.strip() else None

    def _check(self, length: int) -> None:
        if length > self._limits.line_bytes:
            longest = f"{self._limits.line_bytes:,} bytes"
            raise CallError(_refused(f"a line of more than {longest}"))
        # An event takes two lines: its data and the empty one.
        if self._lines > 2 * self._limits.events:
            raise CallError(_refused(f"more than {self._limits.events:,} events"))


def _refused(what: str) -> Failure:
    return Failure(
        code="bad_response:stream",
        kind="model",
        message=f"The endpoint streamed {what}; the answer was cut off.",
    )
