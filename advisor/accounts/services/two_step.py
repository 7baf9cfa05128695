"""May a team demand two-step sign-in? Yes, by somebody who has it."""

from django.db import transaction

from advisor.accounts.models import Membership
from advisor.accounts.selectors import with_two_step
from advisor.accounts.services.audit import record


class TwoStepRefused(ValueError):
    """A demand that would shut its own maker out; says what to do first."""


@transaction.atomic
def demand_two_step(*, by: Membership, demanded: bool) -> None:
    """Open the team's pages only to members with two-step sign-in, or to all again.

    Raises TwoStepRefused where ``by`` has not set it up.
    """
    if demanded and not with_two_step([by.user_id]):
        raise TwoStepRefused("Set up two-step sign-in for yourself first.")
    team = by.team
    if team.demands_two_step == demanded:
        return
    team.demands_two_step = demanded
    team.save(update_fields=["demands_two_step"])
    record(
        team=team,
        actor=by.user,
        action="team.two_step",
        detail={"demanded": demanded},
    )


def is_shut_out(membership: Membership) -> bool:
    """Return whether the team's demand keeps this member outside for now."""
    if not membership.team.demands_two_step:
        return False
    return membership.user_id not in with_two_step([membership.user_id])
