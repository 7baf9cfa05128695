"""Which address may the server call on a user's behalf?

A user types a URL; the server must not be turned against its own network. The rules
hold for the URL as text (`read_target`) and for every address its name resolves to
(`refuse_address`). `ipaddress.is_global` alone is no guard: it lets through NAT64 and
6to4 forms of loopback, and cloud services at public addresses.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import SplitResult, unquote, urlsplit

import idna

from advisor.engines.base import Failure

Address = IPv4Address | IPv6Address


def _list(words: str) -> list[str]:
    return words.split()


# IANA special-purpose registries (RFC 6890 and after), and Azure's wire server.
_CLOSED = tuple(
    ip_network(net)
    for net in _list(
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16"
        " 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24"
        " 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24"
        " 203.0.113.0/24 224.0.0.0/3 ::/8 64:ff9b::/96 64:ff9b:1::/48 100::/64"
        " 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16 fc00::/7 fe80::/10"
        " fec0::/10 ff00::/8"
    )
)
# Never reached, not even by a host that the operator listed by its name: the
# address of cloud metadata, and addresses that name no single host.
_NEVER = tuple(
    ip_network(net)
    for net in _list(
        "0.0.0.0/8 168.63.129.16/32 169.254.0.0/16 224.0.0.0/3 fd00:ec2::254/128"
        " fe80::/10 ff00::/8"
    )
)
_NAT64 = IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48")
_COMPATIBLE = IPv6Network("::/96")
_CLOSED_NAMES = ("localhost", "local", "internal", "lan", "home.arpa")
_LONGEST = 2048
_NUMERIC = re.compile(r"[0-9.]+|0x.*", re.IGNORECASE)
_ODD = re.compile(r"[^\x21-\x7e]|\\")


class RefusedAddressError(Exception):
    """A URL or an address that must not be called; `failure` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.failure = Failure(
            code="address_refused", kind="configuration", message=message
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A checked endpoint: where to connect, and the path that calls start with."""

    scheme: str
    host: str
    port: int
    path: str
    listed: bool

    @property
    def host_port(self) -> str:
        """Return host:port, an IPv6 address in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def read_target(
    url: str, *, listed: Collection[str] = (), only_listed: bool = False
) -> Target:
    """Read the base URL of an endpoint.

    `listed` holds the host:port pairs that the operator allows although they are
    private; with `only_listed` no other host may be called.

    Raises:
        RefusedAddressError: The URL is refused; nothing was looked up.
    """
    parts = _split(url)
    host = (parts.hostname or "").lower()
    port = _port(parts)
    target = Target(
        scheme=parts.scheme,
        host=host,
        port=port,
        path=parts.path.rstrip("/"),
        listed=_is_listed(host, port, listed),
    )
    if only_listed and not target.listed:
        raise RefusedAddressError(
            f"This project is local only and may not call {target.host_port}. Use an"
            " endpoint that the operator lists in ALLOWED_PRIVATE_ENDPOINTS."
        )
    _check_host(target)
    return target


def refuse_address(text: str, *, listed: bool = False) -> str | None:
    """Say why an address must not be dialled; None when it may be.

    A `listed` host may have a private address, but never one of cloud metadata.
    """
    address = ip_address(text.split("%")[0])
    for form in (address, *_hidden(address)):
        closed = _NEVER if listed else _CLOSED
        if any(form in net for net in closed if net.version == form.version):
            return f"{text} is not a public address"
        if not listed and not _is_public(form):
            return f"{text} is not a public address"
    return None


def _is_public(address: Address) -> bool:
    site = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not (
        address.is_multicast or address.is_reserved or site
    )


def _hidden(address: Address) -> tuple[Address, ...]:
    """Return the IPv4 addresses that an IPv6 address carries inside."""
    if isinstance(address, IPv4Address) or address.is_loopback:
        return ()
    found: list[Address | None] = [address.ipv4_mapped, address.sixtofour]
    found.extend(address.teredo or ())
    if address in _COMPATIBLE or any(address in net for net in _NAT64):
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(form for form in found if form is not None)


def _split(url: str) -> SplitResult:
    if len(url) > _LONGEST:
        raise RefusedAddressError(
            f"The URL has {len(url):,} characters; {_LONGEST:,} is the limit."
        )
    if _ODD.search(url):
        raise RefusedAddressError(
            "The URL holds a space, a backslash, a control character or a letter"
            " outside ASCII. Enter https://host/v1, an international name as xn--…"
        )
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise RefusedAddressError(f"The URL cannot be read: {error}.") from None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise RefusedAddressError(f'"{url[:80]}" is no web address. Enter https://….')
    if "@" in parts.netloc:
        raise RefusedAddressError("The URL holds a user name; enter it without.")
    if "?" in url or "#" in url:
        raise RefusedAddressError("The URL holds ? or #; enter it without.")
    if ".." in unquote(unquote(parts.path)):
        raise RefusedAddressError('The path holds ".."; enter it without.')
    return parts


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        raise RefusedAddressError("The port must be 1 to 65535.") from None
    if port is None:
        return 443 if parts.scheme == "https" else 80
    if port == 0:
        raise RefusedAddressError("The port must be 1 to 65535, got 0.")
    return port


def _is_listed(host: str, port: int, listed: Collection[str]) -> bool:
    pair = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return pair in {entry.strip().lower() for entry in listed}


def _check_host(target: Target) -> None:
    literal = _literal(target.host)
    if literal is None:
        _check_name(target)
    elif (why := refuse_address(target.host, listed=target.listed)) is not None:
        raise RefusedAddressError(_not_reachable(why))
    if target.listed:
        return
    if target.scheme != "https":
        raise RefusedAddressError("Enter an address that begins with https://.")
    if target.port != 443:
        raise RefusedAddressError(
            f"Port {target.port} may not be called. Use port 443, or ask the operator"
            f" to list {target.host_port} in ALLOWED_PRIVATE_ENDPOINTS."
        )


def _literal(host: str) -> Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return address if str(address) == host else None


def _check_name(target: Target) -> None:
    host = target.host
    if ":" in host or _NUMERIC.fullmatch(host):
        raise RefusedAddressError(f'"{host[:80]}" is not an address in its usual form.')
    try:
        idna.encode(host.rstrip("."), strict=True, std3_rules=True)
    except idna.IDNAError:
        raise RefusedAddressError(f'"{host[:80]}" is not a host name.') from None
    if target.listed:
        return
    closed = any(host == name or host.endswith(f".{name}") for name in _CLOSED_NAMES)
    if closed or host.startswith("metadata.") or "." not in host or host[-1] == ".":
        raise RefusedAddressError(_not_reachable(f'"{host}" is not a public name'))


def _not_reachable(why: str) -> str:
    return (
        f"This address is not reachable from here for safety ({why}); ask the operator"
        " to list it in ALLOWED_PRIVATE_ENDPOINTS."
    )
