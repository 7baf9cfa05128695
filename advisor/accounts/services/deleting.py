"""How do a team and an account end? With all that is theirs; the record stays.

What belongs to a team lies in rooms above this one. They say what they must do first in
TEAM_ENDINGS: functions that take the team, raise DeletionRefused where it cannot end
now, and delete what is theirs.
"""

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from advisor.accounts.models import Membership, Role, Team, User
from advisor.accounts.services.audit import record


class DeletionRefused(ValueError):
    """A deletion that cannot be done now; says what has to happen first."""


@transaction.atomic
def delete_team(*, by: Membership, typed_name: str) -> None:
    """Delete a team with its projects, samples, answers, endpoints and keys.

    Raises DeletionRefused for anybody but an owner, for another name than the team's,
    and while a run is live. The audit log keeps its rows, without the team.
    """
    team = Team.objects.select_for_update().get(pk=by.team_id)
    if by.role != Role.OWNER:
        raise DeletionRefused("Only an owner can delete the team.")
    if " ".join(typed_name.split()) != team.name:
        raise DeletionRefused(f"Type the name of the team: {team.name}.")
    for path in settings.TEAM_ENDINGS:
        import_string(path)(team=team)
    # Recorded without the team: a row of the team would have to change at once.
    record(team=None, actor=by.user, action="team.deleted", target=team.name)
    team.delete()


@transaction.atomic
def delete_account(*, user: User, typed_email: str) -> None:
    """Delete a person's account, sign-ins, tokens and memberships.

    Raises DeletionRefused for another address than the person's, and for the only
    owner of a team. What they made for their teams stays; the audit log keeps the name.
    """
    if typed_email.strip().lower() != user.email.lower():
        raise DeletionRefused(f"Type your address: {user.email}.")
    mine = Membership.objects.filter(user=user).select_related("team")
    for membership in mine:
        Team.objects.select_for_update().get(pk=membership.team_id)
    alone = [membership.team.name for membership in mine if _is_only_owner(membership)]
    if alone:
        raise DeletionRefused(
            f"You are the only owner of {', '.join(alone)}. Make someone else an owner"
            " there, or delete the team first."
        )
    for membership in mine:
        record(
            team=membership.team,
            actor=user,
            action="member.account_deleted",
            target=user.email,
        )
    record(team=None, actor=user, action="account.deleted", target=user.email)
    user.delete()


def _is_only_owner(membership: Membership) -> bool:
    if membership.role != Role.OWNER:
        return False
    owners = Membership.objects.filter(team=membership.team, role=Role.OWNER)
    return not owners.exclude(pk=membership.pk).exists()
