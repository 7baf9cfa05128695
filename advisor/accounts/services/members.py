"""How do members change? Roles go up and down, people leave; an owner always stays."""

from django.db import transaction
from django.utils import timezone

from advisor.accounts.models import ApiToken, Invitation, Membership, Role, Team, User
from advisor.accounts.selectors import may, owners_of, rank
from advisor.accounts.services.audit import record


class MembershipRefused(ValueError):
    """A change of members that the rules of a team do not allow; says why."""


@transaction.atomic
def change_role(*, member: Membership, role: Role, by: Membership) -> Membership:
    """Give a member another role.

    Nobody gives more than they have, nobody changes somebody above them, and the only
    owner stays owner. Raises MembershipRefused.
    """
    Team.objects.select_for_update().get(pk=member.team_id)
    member = Membership.objects.select_related("user", "team").get(pk=member.pk)
    by = _still(by)
    _check_power(by=by, over=member.role)
    if rank(role) > rank(by.role):
        raise MembershipRefused(
            f"Only an owner can make somebody {role.label.lower()}."
        )
    if member.role == Role.OWNER and role != Role.OWNER:
        _check_other_owner(member.team)
    before, member.role = member.role, role
    member.save(update_fields=["role"])
    if rank(role) < rank(Role.ADMIN):
        _end_invitations_by(member)
    record(
        team=member.team,
        actor=by.user,
        action="member.role_changed",
        target=member.user.email,
        detail={"from": before, "to": str(role)},
    )
    return member


@transaction.atomic
def leave_or_remove(*, member: Membership, by: Membership) -> None:
    """Take a member out of the team; their API tokens for it end with them."""
    team = Team.objects.select_for_update().get(pk=member.team_id)
    by = _still(by)
    if member.pk != by.pk:
        if not may(by, Role.ADMIN):
            raise MembershipRefused("Only an owner or admin can remove members.")
        _check_power(by=by, over=member.role)
    if member.role == Role.OWNER:
        _check_other_owner(team)
    user: User = member.user
    ApiToken.objects.filter(team=team, user=user).delete()
    _end_invitations_by(member)
    member.delete()
    record(team=team, actor=by.user, action="member.removed", target=user.email)


def _still(by: Membership) -> Membership:
    """Return what a member may now that the team is locked; a removed one nothing."""
    found = Membership.objects.select_related("user", "team").filter(pk=by.pk).first()
    if found is None:
        raise MembershipRefused("You are no longer in this team.")
    return found


def _check_power(*, by: Membership, over: str) -> None:
    if not may(by, Role.ADMIN) or rank(over) > rank(by.role):
        raise MembershipRefused("Only an owner can change an owner.")


def _check_other_owner(team: Team) -> None:
    if owners_of(team) < 2:
        raise MembershipRefused("Make someone else an owner first.")


def _end_invitations_by(member: Membership) -> None:
    """End what somebody sent with a power that they no longer have."""
    Invitation.objects.filter(
        team=member.team,
        invited_by=member.user,
        used_at__isnull=True,
        revoked_at__isnull=True,
    ).update(revoked_at=timezone.now())
