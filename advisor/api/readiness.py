"""Can this installation do its work now: database, Redis, and does work move?"""

from collections.abc import Callable

import structlog
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from advisor.runs.selectors.untaken import unasked, untaken


def database_answers() -> bool:
    """Tell whether the database answers a question."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def redis_answers() -> bool:
    """Tell whether the cache takes a value and gives it back."""
    cache.set("readyz", "ok", timeout=10)
    return bool(cache.get("readyz") == "ok")


def work_moves() -> bool:
    """Tell whether somebody takes the work that is due.

    Work is stuck when it is due, no worker of its queue is at work, and nothing
    happened for STUCK_SECONDS; or when nobody asks whether an endpoint is back. See
    that a dispatcher and the workers run then.
    """
    return not untaken() and not unasked()


CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "redis": redis_answers,
    "work": work_moves,
}


def passes(name: str, check: Callable[[], bool]) -> bool:
    """Run one check; an unreachable service is a failure, not an exception."""
    try:
        return check()
    except (DatabaseError, RedisError) as error:
        structlog.get_logger(__name__).warning(
            "not_ready", check=name, error=str(error)
        )
        return False


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when every check passes, else 503; each check says ok or failing."""
    results = {name: passes(name, check) for name, check in CHECKS.items()}
    body = {name: "ok" if good else "failing" for name, good in results.items()}
    return JsonResponse(body, status=200 if all(results.values()) else 503)
