"""Can this installation do its work now: database, Redis, and does work move?"""

from collections.abc import Callable
from datetime import timedelta

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from advisor.runs.models import Attempt, Candidate, Run, Trial

LIVE = (Run.State.QUEUED, Run.State.RUNNING)


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

    Work is stuck when a run that is older than STUCK_SECONDS has trials due, nobody
    holds one, and none was begun for as long. Restart the workers then.
    """
    now = timezone.now()
    since = now - timedelta(seconds=settings.STUCK_SECONDS)
    due = Trial.objects.filter(
        Q(not_before=None) | Q(not_before__lt=since),
        state=Trial.State.PENDING,
        run__state__in=LIVE,
        run__created_at__lt=since,
    )
    held = Trial.objects.filter(state=Trial.State.LEASED, lease_until__gt=now)
    # A model that is being opened or timed keeps its worker from everything else.
    units = Candidate.objects.filter(lease_until__gt=now)
    begun = Attempt.objects.filter(sent_at__gt=since)
    moving = held.exists() or units.exists() or begun.exists()
    return moving or not due.exists()


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
