"""How do bytes go out when a request is due, and are they stamped as they come in?

One connection as httpx2's transport sees it. A request goes out whole, in one write,
when its answer is first asked for: everything it takes is done before it is due.
"""

import asyncio
import ssl
from collections import deque
from contextvars import ContextVar
from typing import Any

import httpcore2

from advisor.engines.punctuality import wait_until
from advisor.engines.stamped_sockets import StampedSocket
from advisor.engines.timing import clock

_HELD = 1 << 20
# Who closes a kept connection later than this after a request may have worked on it.
_WORKED_S = 3.0
_CLOSED = "TLS: the connection was closed in the handshake"
# When the request of this task may go out, on `timing.clock`.
due_at: ContextVar[float] = ContextVar("due_at", default=0.0)


class StaleConnectionError(httpcore2.ReadError):
    """The server closed a kept connection just when the next request came."""


class ClosedHandshakeError(httpcore2.ConnectError):
    """The server closed the connection before TLS was spoken."""


class StampedStream(httpcore2.AsyncNetworkStream, asyncio.Protocol):
    """One connection; `arrived` is when the piece read last came in."""

    def __init__(self, sock: StampedSocket) -> None:
        self.arrived = 0.0
        self._sock = sock
        self._pieces: deque[tuple[float, bytes]] = deque()
        self._held = 0
        self._news = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._ended = False
        # It was kept open before; no bytes came since the last request was written.
        self._used = self._silent = False
        self._sent = 0.0
        self._error: Exception | None = None
        self._transport: asyncio.Transport | None = None
        self._outgoing: list[bytes] = []
        self._write_s: float | None = None
        self._inner: StampedStream | None = None

    @property
    def is_open(self) -> bool:
        """Say whether a request may be written."""
        if self._inner is not None:
            return self._inner.is_open
        gone = self._transport is None or self._transport.is_closing()
        return not (gone or self._ended or self._pieces)

    def keep(self) -> None:
        """Note that it was opened for later: the server may close it meanwhile."""
        self._used = True
        if self._inner is not None:
            self._inner.keep()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (asyncio calls this)."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Keep what came in, and when (asyncio calls this)."""
        at = self._sock.arrived
        self._pieces.append((clock() if at is None else at, data))
        self._silent = False
        self._held += len(data)
        if self._held > _HELD and self._transport is not None:
            self._transport.pause_reading()
        self._news.set()

    def eof_received(self) -> bool:
        """Note the end of the peer's bytes (asyncio calls this)."""
        self._ended = True
        self._news.set()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is gone (asyncio calls this)."""
        self._ended = True
        self._error = exc
        self._news.set()
        self._writable.set()

    def pause_writing(self) -> None:
        """Hold writers back (asyncio calls this)."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let writers go on (asyncio calls this)."""
        self._writable.set()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the oldest piece that came in; empty at the end.

        What was written before goes out first, not before it is due.
        """
        if self._outgoing:
            await wait_until(due_at.get())
            await self._send()
        if not self._pieces and not self._ended:
            self._news.clear()
            try:
                async with asyncio.timeout(timeout):
                    await self._news.wait()
            except TimeoutError as error:
                raise httpcore2.ReadTimeout(f"no bytes for {timeout:g} s") from error
        if self._pieces:
            self._used = True
            return self._take(max_bytes)
        if self._used and self._silent and clock() - self._sent < _WORKED_S:
            raise StaleConnectionError("the kept connection was closed")
        if self._error is not None:
            raise httpcore2.ReadError(str(self._error)) from self._error
        return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Take bytes that go out with the next read."""
        if self._transport is None or self._ended or self._transport.is_closing():
            if self._used:
                raise StaleConnectionError("the kept connection was closed")
            raise httpcore2.WriteError("the connection is closed")
        self._write_s = timeout
        if buffer:
            self._outgoing.append(buffer)

    async def _send(self) -> None:
        """Send what was written, waiting while the peer does not take it."""
        whole = b"".join(self._outgoing)
        self._outgoing.clear()
        self._silent, self._sent = not self._pieces, clock()
        if self._transport is None or self._ended or self._transport.is_closing():
            return
        self._transport.write(whole)
        if self._writable.is_set():
            return
        try:
            async with asyncio.timeout(self._write_s):
                await self._writable.wait()
        except TimeoutError as error:
            raise httpcore2.WriteTimeout("the peer takes no bytes") from error

    async def aclose(self) -> None:
        """Drop the connection at once; nothing is left to say on it."""
        if self._transport is not None:
            self._transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> "StampedStream":
        """Turn the connection to TLS, checking the certificate against the name.

        A connection that was turned to it beforehand stays as it is.
        """
        if self._inner is not None:
            return self._inner
        inner = StampedStream(self._sock)
        assert self._transport is not None  # noqa: S101
        try:
            async with asyncio.timeout(timeout):
                transport = await asyncio.get_running_loop().start_tls(
                    self._transport,
                    inner,
                    ssl_context,
                    server_hostname=server_hostname,
                )
        except BaseException as error:
            await self.aclose()
            if isinstance(error, TimeoutError):
                raise httpcore2.ConnectTimeout("TLS took too long") from error
            if isinstance(error, ConnectionError | ssl.SSLEOFError):
                raise ClosedHandshakeError(_CLOSED) from error
            if isinstance(error, OSError | ssl.SSLError):
                raise httpcore2.ConnectError(f"TLS: {error}") from error
            raise
        assert transport is not None  # noqa: S101
        inner.connection_made(transport)
        self._inner = inner
        return inner

    def get_extra_info(self, info: str) -> Any:
        """Answer what the transport asks of a connection."""
        if info == "is_readable":
            return self._ended or bool(self._pieces)
        if info == "ssl_object" and self._transport is not None:
            return self._transport.get_extra_info("ssl_object")
        return None

    def _take(self, max_bytes: int) -> bytes:
        self.arrived, piece = self._pieces.popleft()
        if len(piece) > max_bytes:
            self._pieces.appendleft((self.arrived, piece[max_bytes:]))
            piece = piece[:max_bytes]
        self._held -= len(piece)
        if self._held <= _HELD and self._transport is not None:
            self._transport.resume_reading()
        return piece
