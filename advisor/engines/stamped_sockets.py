"""When did the bytes come in that are read just now? The system notes it itself.

Linux keeps with each piece of TCP data when its network stack took it in (socket(7),
SO_TIMESTAMPNS; for TCP since Linux 4.14), so a program that was kept from reading
stamps what came when it came. One read of several pieces tells the time of the last.
The note is in wall-clock time and becomes `timing.clock` at the reading. Noting begins
a moment after the first socket of the system asks for it; what came before has none.
"""

import socket
import struct
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from advisor.engines.timing import clock

# Of include/uapi/asm-generic/socket.h; Python names neither.
_SO_TIMESTAMPNS = _SCM_TIMESTAMPNS = 35
_NOTE = struct.Struct("@ll")
# The two clocks keep their distance unless somebody sets the wall clock.
_SET_S = 0.0005
_APART_S = 0.0001
_LOOKS = 3


class StampedSocket(socket.socket):
    """A TCP socket that tells when what it read last came in.

    ``arrived`` is on `timing.clock`: the system's note, or the time of reading where
    there is none, or where the wall clock was set meanwhile. None before a first read.
    """

    def __init__(
        self,
        family: int = socket.AF_INET,
        type: int = socket.SOCK_STREAM,  # noqa: A002 - as in the class above
        proto: int = 0,
        fileno: int | None = None,
        *,
        wall: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(family, type, proto, fileno)
        self.arrived: float | None = None
        self._wall = wall
        self._noted = sys.platform == "linux" and self._ask()
        self._made, self._ahead = self._look()

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Read bytes, and keep when they came in."""
        if not self._noted:
            data = super().recv(bufsize, flags)
            self.arrived = clock()
            return data
        room = socket.CMSG_SPACE(_NOTE.size)
        data, notes, _, _ = self.recvmsg(bufsize, room, flags)
        self._keep(notes)
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Read bytes into a buffer, and keep when they came in."""
        if not self._noted:
            count = super().recv_into(buffer, nbytes, flags)
            self.arrived = clock()
            return count
        view = memoryview(buffer)
        room = socket.CMSG_SPACE(_NOTE.size)
        count, notes, _, _ = self.recvmsg_into([view[: nbytes or None]], room, flags)
        self._keep(notes)
        return count

    def _ask(self) -> bool:
        try:
            self.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        except OSError:
            return False
        return True

    def _keep(self, notes: Iterable[tuple[int, int, bytes]]) -> None:
        now, ahead = self._look()
        was_set = abs(ahead - self._ahead) > _SET_S
        self._ahead = ahead
        at = None if was_set else _noted(notes, ahead)
        self.arrived = at if at is not None and self._made <= at <= now else now

    def _look(self) -> tuple[float, float]:
        """Return the time on `clock`, and by how much the wall clock is ahead of it."""
        for _ in range(_LOOKS):
            before, wall, now = clock(), self._wall(), clock()
            # Whoever was interrupted between the two clocks looks again.
            if now - before < _APART_S:
                break
        return now, wall - (before + now) / 2


def _noted(notes: Iterable[tuple[int, int, bytes]], ahead: float) -> float | None:
    for level, kind, data in notes:
        ours = level == socket.SOL_SOCKET and kind == _SCM_TIMESTAMPNS
        if ours and len(data) == _NOTE.size:
            seconds, nanoseconds = _NOTE.unpack(data)
            return float(seconds + nanoseconds / 1e9 - ahead)
    return None
