"""What does an address answer to one plain GET, under the guard of every call?

For documents that a server offers beside its answers: the models that an endpoint
serves, the facts that a hub tells. Nothing is followed, decompressed or kept.
"""

import asyncio
import ssl
from collections.abc import Collection
from dataclasses import dataclass

from advisor.engines.addresses import RefusedAddressError, read_target
from advisor.engines.background_loop import BackgroundLoop
from advisor.engines.base import EngineError
from advisor.engines.guarded_sockets import Resolver
from advisor.engines.http_failures import TRANSPORT_ERRORS, of_exception, of_reply
from advisor.engines.safe_http import CallError, Limits, SafeHttp

ASKED = [
    ("Accept", "application/json, text/plain"),
    ("Accept-Encoding", "identity"),
    ("User-Agent", "rightsize"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where documents are fetched from: base URL, key, and how long one may take.

    ``listed`` holds the private host:port pairs that the operator allows; ``trusted``
    and ``resolve`` stand in for the system's certificates and names.
    """

    base_url: str
    key: str = ""
    listed: Collection[str] = ()
    total_s: float = 15.0
    limits: Limits = Limits()
    resolve: Resolver | None = None
    trusted: ssl.SSLContext | None = None


def fetch(source: Source, path: str) -> bytes:
    """Return the body that ``path`` below the source's address has.

    Raises:
        EngineError: The address is refused, unreachable, too slow or too long, or
            answers with another status than 200; its failure says which.
    """
    # Not asyncio.run, which waits at its end for a name lookup that was given up.
    loop = BackgroundLoop()
    try:
        return loop.run(_fetch(source, path))
    except (CallError, RefusedAddressError) as error:
        raise EngineError(error.failure) from None
    except TRANSPORT_ERRORS as error:
        raise EngineError(of_exception(error)) from None
    finally:
        loop.stop()


async def _fetch(source: Source, path: str) -> bytes:
    target = read_target(source.base_url, listed=source.listed)
    http = SafeHttp(
        target,
        limits=source.limits,
        connections=1,
        resolve=source.resolve,
        trusted=source.trusted,
    )
    key = [("Authorization", f"Bearer {source.key}")] if source.key else []
    try:
        async with (
            asyncio.timeout(source.total_s),
            http.get(path, headers=[*ASKED, *key]) as reply,
        ):
            if not reply.is_good:
                raise CallError(await of_reply(reply))
            return await reply.read()
    finally:
        await http.close()
