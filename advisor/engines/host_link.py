"""How does an engine talk to its host process, and why did that process end?

The parent's side of the pipe. A host that dies is no crash of the caller but a finding:
out of memory, a hang, or a crash, each told apart. One that multiplies is ended.
"""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from advisor.engines.host_watch import LOOK_EVERY_S, end_all, excess
from advisor.engines.isolation import allowed_environment
from advisor.engines.process_memory import kernel_kills
from advisor.engines.wire import line

Cause = Literal["out_of_memory", "hang", "crash"]

_ROOT = Path(__file__).resolve().parents[2]
# Giving back the memory of a large model takes a while.
KILL_S = 10.0
_LONGEST_LINE = 64 * 1024 * 1024
_MEMORY_WORDS = (b"MemoryError", b"allocate memory", b"bad_alloc", b"out of memory")


class HostDiedError(Exception):
    """The host process ended before it was done."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(f"{cause}: {detail}")
        self.cause = cause
        self.detail = detail


class HostLink:
    """One running host process."""

    def __init__(
        self,
        *,
        threads: int,
        memory_limit_bytes: int | None,
        module: str = "advisor.engines.host",
    ) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        self._kills = kernel_kills()
        self._rest = b""
        self._over = threading.Event()
        self._excess: str | None = None
        limit = str(memory_limit_bytes or 0)
        command = [sys.executable, "-m", module, str(os.getpid()), limit]
        try:
            self._process = self._start(command, allowed_environment(threads))
        except BaseException:
            self._errors.close()
            raise

    @property
    def pid(self) -> int:
        """Return the process id."""
        return self._process.pid

    def ask(
        self, message: Mapping[str, object], *, silence_s: float
    ) -> Iterator[dict[str, Any]]:
        """Send a message and yield what comes back until the host says "done".

        Raises:
            HostDiedError: It ended, wrote what is no message, or was silent for
                longer than `silence_s`.
        """
        try:
            self._write(line(message), silence_s)
            while (found := self._next(time.monotonic() + silence_s))["kind"] != "done":
                if found["kind"] != "beat":
                    yield found
        except (OSError, ValueError):
            # A ValueError where another thread stops it, which closes the pipes.
            raise self._died() from None

    def _start(
        self, command: list[str], environment: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        """Start the process from a thread that lives as long as this link.

        Linux sends the signal of a parent's death when the *thread* that started the
        process ends, and callers may open an engine in a thread that soon does.
        """
        started: Future[subprocess.Popen[bytes]] = Future()

        def hold() -> None:
            try:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=self._errors,
                    env=environment,
                    cwd=_ROOT,
                    # A Ctrl-C is for the parent, which closes its hosts.
                    start_new_session=True,
                    bufsize=0,
                )
            except Exception as error:
                started.set_exception(error)
                return
            started.set_result(process)
            self._watch(process)

        threading.Thread(target=hold, name="engine-host", daemon=True).start()
        return started.result()

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """End the process if it has too much of something, until this link is over."""
        while not self._over.wait(LOOK_EVERY_S):
            if self._excess is None and process.poll() is None:
                self._excess = excess(process.pid)
                if self._excess is not None:
                    end_all(process)

    def stop(self, *, at_once: bool) -> None:
        """End the process: at once, or when it has noticed that its input ended."""
        if not at_once:
            assert self._process.stdin is not None  # noqa: S101
            self._process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(2.0)
        self._kill()
        self._over.set()
        for pipe in (self._process.stdin, self._process.stdout, self._errors):
            if pipe is not None:
                pipe.close()

    def _write(self, message: bytes, silence_s: float) -> None:
        """Hand a message over, as fast as the host reads it.

        Raises:
            HostDiedError: It read none of it for longer than `silence_s`.
            OSError: It ended.
        """
        assert self._process.stdin is not None  # noqa: S101
        pipe, left = self._process.stdin.fileno(), memoryview(message)
        # A pipe that is full would hold the writer for as long as nobody reads.
        os.set_blocking(pipe, False)
        poll = select.poll()
        poll.register(pipe, select.POLLOUT)
        while left:
            if not poll.poll(silence_s * 1000):
                self._kill()
                raise HostDiedError("hang", "it read nothing for too long")
            with suppress(BlockingIOError):
                left = left[os.write(pipe, left) :]

    def _next(self, deadline: float) -> dict[str, Any]:
        while b"\n" not in self._rest:
            piece = self._read(deadline)
            self._rest += piece
            if not piece or len(self._rest) > _LONGEST_LINE:
                raise self._died()
        whole, _, self._rest = self._rest.partition(b"\n")
        try:
            found = json.loads(whole)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict) or "kind" not in found:
            self._kill()
            raise HostDiedError("crash", f"it wrote no message: {whole[:80]!r}")
        return found

    def _read(self, deadline: float) -> bytes:
        assert self._process.stdout is not None  # noqa: S101
        wait = max(0.0, deadline - time.monotonic())
        poll = select.poll()
        poll.register(self._process.stdout, select.POLLIN | select.POLLHUP)
        if not poll.poll(wait * 1000):
            self._kill()
            raise HostDiedError("hang", "it was silent for too long")
        return os.read(self._process.stdout.fileno(), 1 << 20)

    def _died(self) -> HostDiedError:
        try:
            code: int | None = self._process.wait(5.0)
        except subprocess.TimeoutExpired:
            self._kill()
            code = self._process.poll()
        if code is None:
            return HostDiedError("hang", "it was killed and did not end")
        if self._excess is not None:
            return HostDiedError("crash", self._excess)
        told = self._last_words()
        before, after = self._kills, kernel_kills()
        killed = code == -signal.SIGKILL and before is not None and after != before
        if killed or any(word in told for word in _MEMORY_WORDS):
            return HostDiedError("out_of_memory", "it ran out of memory")
        how = f"signal {-code}" if code < 0 else f"exit status {code}"
        lines = told.decode("utf-8", "replace").strip().splitlines()
        return HostDiedError("crash", ": ".join([how, *lines[-1:]])[:300])

    def _last_words(self) -> bytes:
        if self._errors.closed:
            return b""
        end = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, end - 4000))
        return self._errors.read()

    def _kill(self) -> None:
        """Kill the process and wait for its end, unless the kernel holds it.

        One that waits for a device or a file server that is gone ends when that
        answers; a thread waits for it, so that it does not stay as a zombie.
        """
        end_all(self._process)
        try:
            self._process.wait(KILL_S)
        except subprocess.TimeoutExpired:
            threading.Thread(
                target=self._process.wait, name="engine-reaper", daemon=True
            ).start()
