"""How long may a page wait for a cache that may be gone?"""

from typing import Any

from redis.backoff import NoBackoff
from redis.retry import Retry


def cache_settings(redis_url: str, *, seconds: float) -> dict[str, Any]:
    """Return Django's entry for the cache: Redis, or this process's memory without one.

    Args:
        redis_url: Empty where there is no Redis; rate limits then count per process.
        seconds: After this long a call gives up. redis-py would try ten times more,
            each with the full time-out, so retries are off.
    """
    if not redis_url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": redis_url,
        "KEY_PREFIX": "rightsize",
        "OPTIONS": {
            "socket_timeout": seconds,
            "socket_connect_timeout": seconds,
            "retry": Retry(NoBackoff(), 0),
        },
    }
