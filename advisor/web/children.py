"""What is one started service: its process, its output, its deaths?"""

import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator

from advisor.web.processes import die_with_parent
from advisor.web.roles import Service

LINE_BYTES = 65_536


def kill_group(pid: int) -> None:
    """Kill every process of the group that `pid` led, if any is left."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


class Child:
    """A service that was started, perhaps more than once.

    Args:
        service: What to start.
        say: Takes each line that the service writes, under its name.
    """

    def __init__(self, service: Service, *, say: Callable[[str], None]) -> None:
        self.service = service
        self.say = say
        self.deaths: deque[float] = deque()
        self.rest = b""
        self.announced = False
        self.start()

    def start(self) -> None:
        """Start the process in a session of its own; it dies with this process."""
        parent = os.getpid()
        self.process = subprocess.Popen(
            self.service.command,
            env=dict(self.service.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # Safe here: a supervisor has one thread only.
            preexec_fn=lambda: die_with_parent(parent),  # noqa: PLW1509
        )
        assert self.process.stdout is not None  # noqa: S101
        self.pipe = self.process.stdout
        os.set_blocking(self.pipe.fileno(), False)

    def is_alive(self) -> bool:
        """Tell whether the process runs."""
        return self.process.poll() is None

    def forward(self) -> bool:
        """Pass on what the service wrote; False once there is nothing to read."""
        if self.pipe.closed:
            return False
        try:
            data = os.read(self.pipe.fileno(), LINE_BYTES)
        except BlockingIOError:
            return False
        for line in self._lines(data):
            self.say(f"{self.service.name} | {line.decode(errors='replace')}")
        return bool(data)

    def _lines(self, data: bytes) -> Iterator[bytes]:
        *lines, self.rest = (self.rest + data).split(b"\n")
        if not data or len(self.rest) > LINE_BYTES:
            lines, self.rest = [*lines, self.rest], b""
        return filter(None, lines)

    def bury(self) -> None:
        """Kill what is left of the process group and pass its last words on."""
        kill_group(self.process.pid)
        self.process.wait()
        while self.forward():
            pass
        self.pipe.close()

    def deaths_within(self, seconds: float) -> int:
        """Count this death and those of the last `seconds`."""
        now = time.monotonic()
        self.deaths.append(now)
        while now - self.deaths[0] > seconds:
            self.deaths.popleft()
        return len(self.deaths)
