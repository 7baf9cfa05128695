"""Who is in which team, and what may they do? Reads of people and teams."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db.models import Max, QuerySet
from django.utils import timezone

from advisor.accounts.models import (
    ApiToken,
    AuditEvent,
    Invitation,
    Membership,
    Role,
    Team,
    TeamMonth,
    User,
)

# Stands for nobody in particular where an actor is chosen.
SYSTEM = "system"
RANK = {Role.VIEWER: 0, Role.EDITOR: 1, Role.ADMIN: 2, Role.OWNER: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What a team's month holds, in US dollars, and what is left of its cap.

    ``spent_usd`` is all that was billed, of which ``overshoot_usd`` above the worst
    price that was reserved for its calls; ``unknown_usd`` may have been billed without
    an answer and counts like money spent. ``cap_usd``, ``run_cap_usd`` and ``rest_usd``
    are None without a cap.
    """

    month: date
    cap_usd: float | None
    run_cap_usd: float | None
    spent_usd: float
    reserved_usd: float
    unknown_usd: float
    overshoot_usd: float

    @property
    def held_usd(self) -> float:
        """Return all that counts against the cap."""
        return self.spent_usd + self.reserved_usd + self.unknown_usd

    @property
    def rest_usd(self) -> float | None:
        """Return what calls may still cost this month, None without a cap."""
        if self.cap_usd is None:
            return None
        return max(0.0, self.cap_usd - self.held_usd)


def this_month() -> date:
    """Return the first day of the calendar month in UTC: the month of the books."""
    return datetime.now(UTC).date().replace(day=1)


def spending_of(team: Team) -> Spending:
    """Return what the team's month holds so far; zeros before its first paid call."""
    return month_of(Team.objects.get(pk=team.pk))


def month_of(team: Team) -> Spending:
    """Return the same by the caps that ``team`` was read with."""
    month = this_month()
    row = TeamMonth.objects.filter(team=team, month=month).first()
    row = row or TeamMonth(team=team, month=month)
    return Spending(
        month=month,
        cap_usd=_usd(team.month_cap_micro),
        run_cap_usd=_usd(team.run_cap_micro),
        spent_usd=(row.spent_micro + row.overshoot_micro) / 1_000_000,
        reserved_usd=row.reserved_micro / 1_000_000,
        unknown_usd=row.unknown_micro / 1_000_000,
        overshoot_usd=row.overshoot_micro / 1_000_000,
    )


def _usd(amount: int | None) -> float | None:
    return None if amount is None else amount / 1_000_000


def rank(role: str) -> int:
    """Return how much a role may do; each includes the ones below it."""
    return RANK[Role(role)]


def may(membership: Membership, role: Role) -> bool:
    """Return whether a member may do what ``role`` may do."""
    return rank(membership.role) >= rank(role)


def membership_of(user: User | AnonymousUser, slug: str) -> Membership | None:
    """Return the user's membership in the team of that slug, with its team."""
    if not isinstance(user, User):
        return None
    return (
        Membership.objects.select_related("team")
        .filter(user=user, team__slug=slug)
        .first()
    )


def memberships_of(user: User) -> list[Membership]:
    """Return the user's memberships with their teams, by name of the team."""
    mine = Membership.objects.select_related("team").filter(user=user)
    return list(mine.order_by("team__name", "team__id"))


def teams_of(user: User) -> list[Team]:
    """Return the user's teams by name."""
    return list(Team.objects.filter(memberships__user=user).order_by("name", "id"))


def last_team_of(user: User, slug: str | None) -> Team | None:
    """Return the team that was open last, else the first one, else None."""
    teams = teams_of(user)
    return next((team for team in teams if team.slug == slug), None) or next(
        iter(teams), None
    )


def members_of(team: Team) -> QuerySet[Membership]:
    """Return the members of a team in the order in which they joined."""
    return (
        Membership.objects.filter(team=team)
        .select_related("user")
        .order_by("created_at", "id")
    )


def member(team: Team, membership_id: int) -> Membership | None:
    """Return one member of this team; None for a member of another."""
    return members_of(team).filter(pk=membership_id).first()


def with_two_step(user_ids: Collection[int]) -> set[int]:
    """Return which of these users have set up two-step sign-in."""
    return set(
        Authenticator.objects.filter(
            user_id__in=user_ids, type=Authenticator.Type.TOTP
        ).values_list("user_id", flat=True)
    )


def last_active(user_ids: Collection[int]) -> dict[int, datetime]:
    """Return when each of these users was last seen in a browser."""
    sessions = UserSession.objects.filter(user_id__in=user_ids)
    seen = sessions.values_list("user_id").annotate(last=Max("last_seen_at"))
    return dict(seen)


def sessions_of(user: User) -> list[UserSession]:
    """Return the sessions of a person that still open something."""
    open_keys = Session.objects.filter(expire_date__gt=timezone.now())
    return list(
        UserSession.objects.filter(
            user=user, session_key__in=open_keys.values("session_key")
        )
    )


def owners_of(team: Team) -> int:
    """Return how many owners a team has; it never falls to zero."""
    return Membership.objects.filter(team=team, role=Role.OWNER).count()


def invitations_of(team: Team) -> QuerySet[Invitation]:
    """Return the invitations that were neither used nor withdrawn, newest first."""
    return (
        Invitation.objects.filter(
            team=team, used_at__isnull=True, revoked_at__isnull=True
        )
        .select_related("invited_by")
        .order_by("-created_at", "-id")
    )


def open_invitation(token_sha256: str, now: datetime) -> Invitation | None:
    """Return the invitation that this token still opens at ``now``, else None."""
    return (
        Invitation.objects.select_related("team", "invited_by")
        .filter(
            token_sha256=token_sha256,
            used_at__isnull=True,
            revoked_at__isnull=True,
            expires_at__gt=now,
        )
        .first()
    )


def api_tokens_of(team: Team, user: User) -> QuerySet[ApiToken]:
    """Return a member's own tokens in this team that were not revoked."""
    return ApiToken.objects.filter(
        team=team, user=user, revoked_at__isnull=True
    ).order_by("-created_at", "-id")


def actors_in(team: Team) -> list[tuple[str, str]]:
    """Return who did something in a team, id and name; the system comes last."""
    told = AuditEvent.objects.filter(team=team).order_by().values_list("actor_id")
    names = dict(told.annotate(name=Max("actor_name")))
    people = {str(pk): name for pk, name in names.items() if pk is not None}
    named = sorted(people.items(), key=lambda pair: pair[1].casefold())
    return named + ([(SYSTEM, "System and people who left")] if None in names else [])


def actions_in(team: Team) -> list[str]:
    """Return the actions that were done in a team, by name."""
    told = AuditEvent.objects.filter(team=team).order_by("action")
    return list(told.values_list("action", flat=True).distinct())


def audit_of(team: Team) -> QuerySet[AuditEvent]:
    """Return what was done in a team, newest first."""
    return AuditEvent.objects.filter(team=team).order_by("-at", "-id")
