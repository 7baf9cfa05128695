"""How often may an address ask for shared reports? So often a minute, then later.

Counted in the cache. Without a cache nobody is shut out: a token cannot be guessed, so
the count only spares the machine.
"""

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

MOST_A_MINUTE = 120
SECONDS = 60
log = logging.getLogger(__name__)


class TooMany(Exception):
    """Asked too often; ``seconds`` says when to come back."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"More than {MOST_A_MINUTE} requests in {SECONDS} seconds.")
        self.seconds = seconds


def count_visit(address: str) -> None:
    """Count a request of an address. Raises TooMany."""
    key = f"shared:{address}"
    try:
        cache.add(key, 0, SECONDS)
        visits = cache.incr(key)
    except (RedisError, OSError, ValueError) as error:
        log.warning("A visit was not counted: %s", error)
        return
    if visits > MOST_A_MINUTE:
        raise TooMany(SECONDS)
