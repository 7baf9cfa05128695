"""How does somebody outside the team read a report? By a link that ends.

Only the hash of its token is stored: the link is shown once. What ended, was revoked or
never existed opens nothing, and nobody can tell which it was.
"""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from advisor.accounts import services as accounts
from advisor.accounts.models import Membership
from advisor.reports.models import ShareLink
from advisor.runs.models import Run

LONGEST_DAYS = 90
NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def share(*, run: Run, label: str, days: int, by: Membership) -> tuple[ShareLink, str]:
    """Make a link to the report of a run; return its row and the address, shown once.

    ``days`` is 1 to 90.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueError(f"A link lives for 1 to 90 days; {days} was given.")
    token = secrets.token_urlsafe(32)
    link = ShareLink.objects.create(
        run=run,
        label=label,
        token_sha256=accounts.digest(token),
        created_by=by.user,
        expires_at=timezone.now() + timedelta(days=days),
    )
    _remember(link, by, "created", days=days)
    return link, str(settings.SITE_URL) + reverse("reports:shared", args=[token])


@transaction.atomic
def revoke(*, link: ShareLink, by: Membership) -> None:
    """End a link at once."""
    ended = ShareLink.objects.filter(pk=link.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now()
    )
    if ended:
        _remember(link, by, "revoked")


def open_link(token: str, now: datetime) -> ShareLink | None:
    """Return the live link that a token opens, with its run, else None.

    Notes when it was last used, at most once a minute.
    """
    link = (
        ShareLink.objects.select_related("run__project__team", "run__recommendation")
        .filter(
            token_sha256=accounts.digest(token),
            revoked_at__isnull=True,
            expires_at__gt=now,
            run__recommendation__isnull=False,
        )
        .first()
    )
    if link is None:
        return None
    if link.last_used_at is None or now - link.last_used_at > NOTED_EVERY:
        ShareLink.objects.filter(pk=link.pk).update(last_used_at=now)
    return link


def _remember(link: ShareLink, by: Membership, what: str, **detail: object) -> None:
    accounts.record(
        team=by.team,
        actor=by.user,
        action=f"share_link.{what}",
        target=f"{link.run.project.name}, run {link.run.number}",
        detail={"label": link.label, **detail},
    )
