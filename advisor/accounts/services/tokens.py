"""How does a program get in? By a token: shown once, stored hashed, with an end."""

import hashlib
import secrets
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from redis.exceptions import RedisError

from advisor.accounts.models import ApiToken, Membership
from advisor.accounts.services.audit import record

PREFIX = "rs_"
LONGEST = timedelta(days=365)
# How much of a token stays readable in the list: the prefix and six characters.
SHOWN = 9


def digest(token: str) -> str:
    """Return the SHA-256 of a token in hex; a random token needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def create_api_token(
    *, member: Membership, name: str, scope: ApiToken.Scope, days: int
) -> tuple[ApiToken, str]:
    """Make a token for one member in one team and return it with its secret.

    ``days`` is 1 to 365. The secret is shown once and cannot be read again.
    """
    if not 1 <= days <= LONGEST.days:
        raise ValueError(f"A token lives for 1 to 365 days; {days} was given.")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        team=member.team,
        user=member.user,
        name=name,
        prefix=secret[:SHOWN],
        token_sha256=digest(secret),
        scope=scope,
        expires_at=timezone.now() + timedelta(days=days),
    )
    record(
        team=member.team,
        actor=member.user,
        action="api_token.created",
        target=name,
        detail={"scope": str(scope), "days": days},
    )
    return token, secret


@transaction.atomic
def revoke_api_token(*, token: ApiToken, by: Membership) -> None:
    """End a token at once."""
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    record(
        team=token.team, actor=by.user, action="api_token.revoked", target=token.name
    )


def user_of_api_token(secret: str, now: datetime) -> ApiToken | None:
    """Return the live token that ``secret`` opens, with its team and user, else None.

    A token of somebody who left the team opens nothing. Marks when it was last used,
    at most once a minute.
    """
    token = (
        ApiToken.objects.select_related("team", "user")
        .filter(
            token_sha256=digest(secret),
            revoked_at__isnull=True,
            expires_at__gt=now,
            user__is_active=True,
        )
        .first()
    )
    if token is None:
        return None
    if not Membership.objects.filter(team=token.team, user=token.user).exists():
        return None
    if token.last_used_at is None or now - token.last_used_at > timedelta(minutes=1):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def within_rate(token: ApiToken) -> bool:
    """Count a request of a token; False when it asked too often in this minute.

    Counted in the cache. Where the cache is down nothing is counted, since no page but
    sign-in may depend on it.
    """
    key = f"api-token:{token.pk}:{int(time.time() // 60)}"
    try:
        cache.add(key, 0, timeout=120)
        asked: int = cache.incr(key)
    except (RedisError, ValueError):
        # ValueError: the minute's key fell out between the two calls.
        return True
    most: int = settings.API_REQUESTS_PER_MINUTE
    return asked <= most
