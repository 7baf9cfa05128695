"""How does one person get in without a password, once? By a link that dies at once.

Whoever may run `manage.py` on the machine may make such a link: the first start prints
one. It names one user, lives ten minutes and is spent by one atomic UPDATE. Opening it
changes nothing; the button on its page does, so a program that only follows links
neither uses it up nor signs anybody in.
"""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from advisor.accounts.models import SignInLink, User
from advisor.accounts.services.audit import record
from advisor.accounts.services.tokens import digest

VALID_FOR = timedelta(minutes=10)


@transaction.atomic
def one_time_sign_in_link(
    user: User, next_path: str = "/", *, valid_for: timedelta = VALID_FOR
) -> str:
    """Return a link that signs ``user`` in once and leads to ``next_path``.

    ``next_path`` is a path of this site; anything else raises ValueError.
    """
    if not url_has_allowed_host_and_scheme(next_path, allowed_hosts=None):
        raise ValueError(f"next_path must be a path of this site, got {next_path!r}.")
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(
        user=user,
        token_sha256=digest(token),
        next_path=next_path,
        expires_at=timezone.now() + valid_for,
    )
    return str(settings.SITE_URL) + reverse("accounts:sign-in-once", args=[token])


def open_sign_in_link(token: str, now: datetime) -> SignInLink | None:
    """Return the link that this token still opens, else None; nothing changes."""
    return (
        SignInLink.objects.select_related("user")
        .filter(
            token_sha256=digest(token),
            used_at__isnull=True,
            expires_at__gt=now,
            user__is_active=True,
        )
        .first()
    )


@transaction.atomic
def use_sign_in_link(token: str, now: datetime) -> SignInLink | None:
    """Spend the link and return it; None when it was spent or never was."""
    link = open_sign_in_link(token, now)
    if link is None:
        return None
    spent = SignInLink.objects.filter(pk=link.pk, used_at__isnull=True).update(
        used_at=now
    )
    if not spent:
        return None
    record(team=None, actor=link.user, action="sign_in.once", target=link.user.email)
    return link
