"""How is a name looked up once, checked, and dialled with no gap between?

The network layer under `safe_http`: asyncio sockets for httpx2's transport. A piece of
an answer carries the time at which the event loop received it, so that work done
later in this process does not show up in a latency.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from typing import Any

import httpcore2

from advisor.engines.addresses import RefusedAddressError, refuse_address
from advisor.engines.timing import clock

Resolver = Callable[[str, int], Sequence[str]]


def look_up(host: str, port: int) -> list[str]:
    """Return all addresses of a name, by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class StaleConnectionError(httpcore2.ReadError):
    """The server closed a kept connection just when the next request came."""


class StampedStream(httpcore2.AsyncNetworkStream, asyncio.Protocol):
    """One connection; `arrived` is when the piece read last came in."""

    def __init__(self) -> None:
        self.arrived = 0.0
        self._pieces: deque[tuple[float, bytes]] = deque()
        self._held = 0
        self._news = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._ended = False
        # Bytes came on it before; none came since the last request was written.
        self._used = self._silent = False
        self._error: Exception | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport (asyncio calls this)."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Stamp and keep what came in (asyncio calls this)."""
        self._pieces.append((clock(), data))
        self._silent = False
        self._held += len(data)
        if self._held > 1 << 20 and self._transport is not None:
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
        """Return the oldest piece that came in; empty at the end."""
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
        if self._used and self._silent:
            raise StaleConnectionError("the kept connection was closed")
        if self._error is not None:
            raise httpcore2.ReadError(str(self._error)) from self._error
        return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send bytes, waiting while the peer does not take them."""
        if self._transport is None or self._ended or self._transport.is_closing():
            if self._used:
                raise StaleConnectionError("the kept connection was closed")
            raise httpcore2.WriteError("the connection is closed")
        self._silent = True
        self._transport.write(buffer)
        try:
            async with asyncio.timeout(timeout):
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
        """Turn the connection to TLS, checking the certificate against the name."""
        inner = StampedStream()
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
            if isinstance(error, OSError | ssl.SSLError):
                raise httpcore2.ConnectError(f"TLS: {error}") from error
            raise
        assert transport is not None  # noqa: S101
        inner.connection_made(transport)
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
        if self._held <= 1 << 20 and self._transport is not None:
            self._transport.resume_reading()
        return piece


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(
        self, *, listed: bool, lookup_s: float, resolve: Resolver | None = None
    ) -> None:
        self._listed = listed
        self._lookup_s = lookup_s
        self._resolve = resolve or look_up

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> StampedStream:
        """Look the name up once, check every answer, dial the first that answers."""
        addresses = await self._checked(host, port)
        error: Exception | None = None
        for address in addresses:
            try:
                async with asyncio.timeout(timeout):
                    return await _dial(address, port)
            except TimeoutError:
                error = httpcore2.ConnectTimeout(f"no connection in {timeout:g} s")
            except OSError as refused:
                error = httpcore2.ConnectError(refused.strerror or str(refused))
        raise error or httpcore2.ConnectError("the name has no address")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def _checked(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._lookup_s):
                found = await loop.run_in_executor(None, self._resolve, host, port)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout("the name lookup took too long") from error
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f'the name "{host}" is not known') from error
        for address in found:
            why = refuse_address(address, listed=self._listed)
            if why is not None:
                # One closed answer refuses all, or a name with two would get through.
                raise RefusedAddressError(
                    "This address is not reachable from here for safety:"
                    f" {host} leads to an address that is not public."
                )
        return found


async def _dial(address: str, port: int) -> StampedStream:
    loop = asyncio.get_running_loop()
    version = ip_address(address.split("%")[0]).version
    family = socket.AF_INET6 if version == 6 else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.sock_connect(sock, (address, port))
        peer = str(sock.getpeername()[0])
        if ip_address(peer.split("%")[0]) != ip_address(address.split("%")[0]):
            raise RefusedAddressError(f"Connected to {peer} instead of {address}.")
        _, stream = await loop.create_connection(StampedStream, sock=sock)
    except BaseException:
        sock.close()
        raise
    return stream
