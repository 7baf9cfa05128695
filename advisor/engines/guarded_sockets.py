"""How is a name looked up once, checked, and dialled with no gap between?

The network layer under `safe_http`: asyncio sockets for httpx2's transport. Connections
may be opened before they are needed, so that opening them is in nobody's latency.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import httpcore2

from advisor.engines.addresses import RefusedAddressError, refuse_address
from advisor.engines.stamped_sockets import StampedSocket
from advisor.engines.stamped_streams import StampedStream
from advisor.engines.timing import clock

Resolver = Callable[[str, int], Sequence[str]]
# How long a connection may wait for its next request; servers close idle ones.
KEPT_S = 15.0
_FRESH_S = 1.0


def look_up(host: str, port: int) -> list[str]:
    """Return all addresses of a name, by the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def trusting(given: ssl.SSLContext | None) -> ssl.SSLContext:
    """Return what a server must prove: by ``given``, else the system's certificates."""
    # Reading those takes some 20 ms.
    tls = given or ssl.create_default_context()
    tls.set_alpn_protocols(["http/1.1"])
    return tls


@dataclass(frozen=True, slots=True, eq=False)
class _Spare:
    """A connection that waits for its first request."""

    since: float
    where: tuple[str, int]
    stream: StampedStream


class GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections to checked addresses only."""

    def __init__(
        self, *, listed: bool, lookup_s: float, resolve: Resolver | None = None
    ) -> None:
        self._listed = listed
        self._lookup_s = lookup_s
        self._resolve = resolve or look_up
        self._spare: list[_Spare] = []

    async def open_spare(
        self, host: str, port: int, *, tls: ssl.SSLContext | None, timeout: float
    ) -> None:
        """Open a connection, checked as any other, that `connect_tcp` gives away.

        Raises:
            RefusedAddressError, httpcore2.NetworkError, TimeoutException: None opened.
        """
        stream = await self._open(host, port, timeout)
        if tls is not None:
            await stream.start_tls(tls, server_hostname=host, timeout=timeout)
        self._spare.append(_Spare(clock(), (host, port), stream))

    async def count_spare(self) -> int:
        """Return how many such connections wait, closing those that are too old."""
        oldest = clock() - KEPT_S
        held, self._spare = self._spare, []
        for one in held:
            if one.since > oldest and one.stream.is_open:
                self._spare.append(one)
            else:
                await one.stream.aclose()
        return len(self._spare)

    async def close_spare(self) -> None:
        """Close all that nobody needed."""
        held, self._spare = self._spare, []
        for one in held:
            await one.stream.aclose()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> StampedStream:
        """Return a connection that was opened beforehand, or open one."""
        await self.count_spare()
        for one in self._spare:
            if one.where == (host, port):
                self._spare.remove(one)
                if clock() - one.since > _FRESH_S:
                    one.stream.keep()
                return one.stream
        return await self._open(host, port, timeout)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def _open(self, host: str, port: int, timeout: float | None) -> StampedStream:
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
    sock = StampedSocket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await loop.sock_connect(sock, (address, port))
        peer = str(sock.getpeername()[0])
        if ip_address(peer.split("%")[0]) != ip_address(address.split("%")[0]):
            raise RefusedAddressError(f"Connected to {peer} instead of {address}.")
        _, stream = await loop.create_connection(lambda: StampedStream(sock), sock=sock)
    except BaseException:
        sock.close()
        raise
    return stream
