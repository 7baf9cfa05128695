"""How does somebody join a team? By a link that works once, for one address, for 72 h.

Only the hash of the token is stored. Opening the link changes nothing; accepting it is
one atomic UPDATE, so of twenty at once exactly one succeeds.
"""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from advisor.accounts.models import Invitation, Membership, Role, Team, User
from advisor.accounts.selectors import may, open_invitation, rank
from advisor.accounts.services.audit import record
from advisor.accounts.services.tokens import digest

VALID_FOR = timedelta(hours=72)
# Each is a mail to somebody who did not ask for it.
MOST_AN_HOUR = 60


class InvitationRefused(ValueError):
    """An invitation that cannot be sent or accepted; says why."""


@transaction.atomic
def invite(*, email: str, role: Role, by: Membership) -> tuple[Invitation, str]:
    """Invite an address and return the invitation with its link, shown this once.

    An open invitation to the same address ends. The mail goes out after the commit.
    Raises InvitationRefused for a member, and for a role above the inviter's own.
    """
    email = email.strip().lower()
    if not may(by, Role.ADMIN) or rank(role) > rank(by.role):
        raise InvitationRefused(f"A {by.role} cannot invite as {role}.")
    if Membership.objects.filter(team=by.team, user__email=email).exists():
        raise InvitationRefused(f"{email} is already a member.")
    # Of two who invite at once the second sees what the first did.
    Team.objects.select_for_update(no_key=True).get(pk=by.team_id)
    now = timezone.now()
    _check_pace(by.team_id, now)
    _open(by.team_id, email).update(revoked_at=now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        team=by.team,
        email=email,
        role=role,
        token_sha256=digest(token),
        invited_by=by.user,
        expires_at=now + VALID_FOR,
    )
    record(
        team=by.team,
        actor=by.user,
        action="invitation.sent",
        target=email,
        detail={"role": str(role)},
    )
    link = str(settings.SITE_URL) + reverse("accounts:invitation", args=[token])
    # Robust: a mail server that is down must not undo the invitation on screen.
    transaction.on_commit(lambda: _mail(invitation, link), robust=True)
    return invitation, link


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: Membership) -> None:
    """End an invitation that was not accepted yet."""
    ended = Invitation.objects.filter(
        pk=invitation.pk, used_at__isnull=True, revoked_at__isnull=True
    ).update(revoked_at=timezone.now())
    if ended:
        record(
            team=invitation.team,
            actor=by.user,
            action="invitation.withdrawn",
            target=invitation.email,
        )


@transaction.atomic
def accept_invitation(*, token: str, user: User, now: datetime) -> Membership:
    """Make ``user`` a member; the token is spent. Raises InvitationRefused.

    The address must be the invited one. Who is a member already keeps the role.
    """
    invitation = open_invitation(digest(token), now)
    if invitation is None:
        raise InvitationRefused("This invitation does not exist or has ended.")
    if user.email.lower() != invitation.email.lower():
        raise InvitationRefused(
            f"This invitation is for {invitation.email}; you are {user.email}."
        )
    spent = Invitation.objects.filter(
        pk=invitation.pk, used_at__isnull=True, revoked_at__isnull=True
    ).update(used_at=now)
    if not spent:
        raise InvitationRefused("This invitation does not exist or has ended.")
    membership, _ = Membership.objects.get_or_create(
        team=invitation.team, user=user, defaults={"role": invitation.role}
    )
    record(
        team=invitation.team,
        actor=user,
        action="invitation.accepted",
        target=user.email,
        detail={"role": membership.role},
    )
    return membership


def _check_pace(team_id: int, now: datetime) -> None:
    """Refuse more invitations of a team in an hour than anybody needs."""
    hour_ago = now - timedelta(hours=1)
    lately = Invitation.objects.filter(team_id=team_id, created_at__gt=hour_ago)
    if lately.count() >= MOST_AN_HOUR:
        raise InvitationRefused(
            f"A team sends at most {MOST_AN_HOUR} invitations an hour; try later."
        )


def _open(team_id: int, email: str) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        team_id=team_id,
        email__iexact=email,
        used_at__isnull=True,
        revoked_at__isnull=True,
    )


def _mail(invitation: Invitation, link: str) -> None:
    words = {"invitation": invitation, "link": link, "hours": 72}
    send_mail(
        subject=f"[Rightsize] Join {invitation.team.name}".replace("\n", " "),
        message=render_to_string("accounts/mail/invitation.txt", words),
        from_email=None,
        recipient_list=[invitation.email],
    )
