"""How does the server call a stranger's endpoint without being used or drowned?

One name lookup a connection, every answer checked, the checked address dialled, and
the peer compared after connecting. HTTP/1.1 straight on httpx2's transport, so that
there are no redirects, cookies, proxies, decompression or environment to switch
off. Sizes and times have limits; bytes are stamped when they arrive.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import httpcore2

from advisor.engines.addresses import Target
from advisor.engines.base import Failure
from advisor.engines.guarded_sockets import KEPT_S, GuardedBackend, Resolver, trusting
from advisor.engines.stamped_streams import StampedStream, due_at

MiB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one call may take: seconds and bytes. Every number is a setting."""

    lookup_s: float = 3.0
    connect_s: float = 5.0
    first_byte_s: float = 60.0
    gap_s: float = 30.0
    header_bytes: int = 64 * 1024
    body_bytes: int = 4 * MiB
    line_bytes: int = 256 * 1024
    events: int = 100_000
    after_end_s: float = 2.0


class CallError(Exception):
    """A call that brought no usable answer; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass(slots=True)
class Reply:
    """The head of an answer, and its body piece by piece."""

    status: int
    headers: dict[str, str]
    limits: Limits
    _response: httpcore2.Response
    _first_s: float

    @property
    def is_good(self) -> bool:
        """Say whether its status tells of an answer."""
        return 200 <= self.status < 300

    @property
    def coding(self) -> str | None:
        """Return how its body is compressed, None when it is not."""
        coding = self.headers.get("content-encoding", "").strip().lower()
        return None if coding in ("", "identity") else coding[:20]

    async def pieces(self) -> AsyncIterator[tuple[float, bytes]]:
        """Yield (time of arrival on `timing.clock`, bytes) until the body ends.

        The first piece may take as long as the head: some send that beforehand.

        Raises:
            CallError: The body is too large or pauses for too long.
        """
        stream: StampedStream = self._response.extensions["network_stream"]
        body = aiter(self._response.aiter_stream())
        total, wait = 0, max(self._first_s, self.limits.gap_s)
        while True:
            try:
                async with asyncio.timeout(wait):
                    piece = await anext(body, None)
            except TimeoutError:
                raise CallError(_too_slow("went silent", wait)) from None
            if piece is None:
                return
            total, wait = total + len(piece), self.limits.gap_s
            if total > self.limits.body_bytes:
                raise CallError(_too_large("body", self.limits.body_bytes))
            yield stream.arrived, piece

    @property
    def arrived(self) -> float:
        """Return when the piece read last came in, on `timing.clock`."""
        return float(self._response.extensions["network_stream"].arrived)

    async def read(self) -> bytes:
        """Return the whole body."""
        return b"".join([piece async for _, piece in self.pieces()])


class SafeHttp:
    """A pool of guarded connections to one endpoint."""

    def __init__(
        self,
        target: Target,
        *,
        limits: Limits,
        connections: int,
        resolve: Resolver | None = None,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self.target = target
        self.limits = limits
        self._most = connections
        self._tls = trusting(trusted) if target.scheme == "https" else None
        self._backend = GuardedBackend(
            listed=target.listed, lookup_s=limits.lookup_s, resolve=resolve
        )
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=self._tls,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=KEPT_S,
            http1=True,
            http2=False,
            retries=0,
            network_backend=self._backend,
        )

    async def connect(self, count: int) -> None:
        """Open what is missing for so many requests at once to find a connection.

        Raises:
            RefusedAddressError: The name leads to an address that is closed.
            httpcore2.NetworkError, TimeoutException: The first one does not open.
        """
        here = await self._backend.count_spare() + sum(
            one.is_idle() and not one.has_expired() for one in self._pool.connections
        )
        missing = min(count, self._most) - here
        if missing > 0:
            await self._open_spare()
            others = (self._open_spare() for _ in range(missing - 1))
            await asyncio.gather(*others, return_exceptions=True)

    async def _open_spare(self) -> None:
        host, port, wait = self.target.host, self.target.port, self.limits.connect_s
        await self._backend.open_spare(host, port, tls=self._tls, timeout=wait)

    def post(
        self,
        path: str,
        *,
        headers: Collection[tuple[str, str]],
        body: bytes,
        first_byte_s: float | None = None,
        due: float = 0.0,
    ) -> AbstractAsyncContextManager[Reply]:
        """Send one POST when it is due on `timing.clock`; raises what `get` raises."""
        return self._send("POST", path, headers, body, first_byte_s, due)

    def get(
        self, path: str, *, headers: Collection[tuple[str, str]]
    ) -> AbstractAsyncContextManager[Reply]:
        """Send one GET and give its reply.

        Raises:
            RefusedAddressError: The name leads to an address that is closed.
            CallError: The head of the answer breaks a limit.
            httpcore2.NetworkError, TimeoutException, ProtocolError: No answer.
        """
        return self._send("GET", path, headers, None, None, 0.0)

    @asynccontextmanager
    async def _send(
        self,
        method: str,
        path: str,
        headers: Collection[tuple[str, str]],
        body: bytes | None,
        first_byte_s: float | None,
        due: float,
    ) -> AsyncIterator[Reply]:
        due_at.set(due)
        first_s = first_byte_s or self.limits.first_byte_s
        waits = {
            "connect": self.limits.connect_s,
            "read": first_s,
            "write": self.limits.gap_s,
            "pool": None,
        }
        async with self._pool.stream(
            method,
            self._url(path),
            headers=[("Host", self._host_header()), *headers],
            content=body,
            extensions={"timeout": waits},
        ) as response:
            head = _head(response.headers, self.limits)
            reply = Reply(response.status, head, self.limits, response, first_s)
            if reply.is_good and reply.coding is not None:
                raise CallError(_compressed(reply.coding))
            yield reply

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()
        await self._backend.close_spare()

    def _url(self, path: str) -> httpcore2.URL:
        return httpcore2.URL(
            scheme=self.target.scheme,
            host=self.target.host,
            port=self.target.port,
            target=self.target.path + path,
        )

    def _host_header(self) -> str:
        usual = {"https": 443, "http": 80}[self.target.scheme]
        whole = self.target.host_port
        return whole.rpartition(":")[0] if self.target.port == usual else whole


def _head(raw: list[tuple[bytes, bytes]], limits: Limits) -> dict[str, str]:
    if sum(len(name) + len(value) for name, value in raw) > limits.header_bytes:
        raise CallError(_too_large("headers", limits.header_bytes))
    return {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw
    }


def _compressed(coding: str) -> Failure:
    # Not decoded at all: 200 kB of gzip can become 200 MB.
    message = f'The endpoint compressed its answer ("{coding}") unasked.'
    return Failure(code="bad_response:encoding", kind="model", message=message)


def _too_large(what: str, limit: int) -> Failure:
    message = f"The {what} of the answer passed the limit of {limit:,} bytes."
    return Failure(code="bad_response:too_large", kind="model", message=message)


def _too_slow(what: str, limit: float) -> Failure:
    message = f"The endpoint {what} for more than {limit:g} s."
    return Failure(code="timeout", kind="model", message=message)
