"""What does the members page of a team say, and to whom?"""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils import timezone

from advisor.accounts import selectors
from advisor.accounts.forms import role_choices
from advisor.accounts.models import Invitation, Membership, Role
from advisor.accounts.pages.chrome import initials, settings_nav
from advisor.web.parts import Link

CAN = (
    ("Read projects, comparisons and reports", Role.VIEWER),
    ("Set up projects, launch and cancel runs", Role.EDITOR),
    ("Accept a recommendation", Role.EDITOR),
    ("Manage members, keys and spending", Role.ADMIN),
    ("Make owners, delete the team", Role.OWNER),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    """One member as the list shows it."""

    id: int
    name: str
    email: str
    initials: str
    role: str
    is_self: bool
    only_owner: bool
    roles: tuple[tuple[str, str], ...]
    can_change: bool
    can_remove: bool
    two_step: bool
    last_seen: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRow:
    """One invitation that is neither used nor withdrawn."""

    id: int
    email: str
    role: str
    role_value: str
    sent: datetime
    sent_by: str
    until: datetime
    expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """The change of a role that one press takes back."""

    member: int
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersPage:
    """Members and invitations of a team."""

    title: str
    nav: tuple[Link, ...]
    count: int
    members: tuple[MemberRow, ...]
    invitations: tuple[InvitationRow, ...]
    form: forms.Form | None
    fresh_links: tuple[Link, ...]
    may_manage: bool
    is_owner: bool
    demands_two_step: bool
    undo: Undo | None
    abilities: tuple[tuple[str, tuple[bool, ...]], ...]
    roles: tuple[str, ...]


def members_page(
    own: Membership,
    form: forms.Form,
    fresh_links: tuple[Link, ...] = (),
    undo: Undo | None = None,
) -> MembersPage:
    """Put the members page of a team together as ``own`` may see it."""
    team = own.team
    members = list(selectors.members_of(team))
    owners = sum(m.role == Role.OWNER for m in members)
    manages = selectors.may(own, Role.ADMIN)
    now = timezone.now()
    ids = [m.user_id for m in members]
    two_step, active = selectors.with_two_step(ids), selectors.last_active(ids)
    order = sorted(Role, key=selectors.rank, reverse=True)
    return MembersPage(
        title="Members",
        nav=settings_nav(team, "Members", own.role),
        count=len(members),
        members=tuple(
            _member_row(m, own, owners, m.user_id in two_step, active.get(m.user_id))
            for m in members
        ),
        invitations=tuple(
            _invitation_row(i, now) for i in selectors.invitations_of(team) if manages
        ),
        form=form if manages else None,
        fresh_links=fresh_links,
        may_manage=manages,
        is_owner=own.role == Role.OWNER,
        demands_two_step=team.demands_two_step,
        undo=undo,
        abilities=tuple(
            (deed, tuple(selectors.rank(r) >= selectors.rank(least) for r in order))
            for deed, least in CAN
        ),
        roles=tuple(r.label for r in order),
    )


def _member_row(
    member: Membership,
    own: Membership,
    owners: int,
    two_step: bool,
    active: datetime | None,
) -> MemberRow:
    only_owner = member.role == Role.OWNER and owners < 2
    above = selectors.rank(member.role) > selectors.rank(own.role)
    manages = selectors.may(own, Role.ADMIN) and not above
    return MemberRow(
        id=member.pk,
        name=member.user.name or member.user.email.partition("@")[0],
        email=member.user.email,
        initials=initials(member.user),
        role=Role(member.role).label,
        is_self=member.pk == own.pk,
        only_owner=only_owner,
        roles=tuple(role_choices(own.role)),
        can_change=manages and not only_owner,
        can_remove=(manages or member.pk == own.pk) and not only_owner,
        two_step=two_step,
        last_seen=active or member.user.last_login,
    )


def _invitation_row(invitation: Invitation, now: datetime) -> InvitationRow:
    return InvitationRow(
        id=invitation.pk,
        email=invitation.email,
        role=Role(invitation.role).label,
        role_value=invitation.role,
        sent=invitation.created_at,
        sent_by=str(invitation.invited_by),
        until=invitation.expires_at,
        expired=invitation.expires_at <= now,
    )
