"""Which servers have answered this key a moment ago? Then it is no wrong key.

A key that was never answered is tried with two calls only. Where another model behind
the same address has just been answered, waiting for these two would cost a slow model
the time of one call. Kept in the process, by digests.
"""

from hashlib import sha256

from advisor.engines.timing import clock

FRESH_S = 10.0

_answered: dict[str, float] = {}


def address_of(host_port: str, key: str) -> str:
    """Return what tells apart who calls which address by which key."""
    return sha256(f"{host_port}\n{key}".encode()).hexdigest()


def note(address: str) -> None:
    """Take in that a call was answered."""
    _answered[address] = clock()


def forget(address: str) -> None:
    """Take in that a call was refused for its key or its settings."""
    _answered.pop(address, None)


def ever(address: str) -> bool:
    """Say whether a call was ever answered here, and none refused since."""
    return address in _answered


def answers(address: str) -> bool:
    """Say whether a call was answered in the last seconds, and none refused since."""
    at = _answered.get(address)
    return at is not None and clock() - at < FRESH_S
