"""What can be done with people and teams? Each service is one verb, in one file."""

from advisor.accounts.services.audit import record
from advisor.accounts.services.invitations import (
    InvitationRefused,
    accept_invitation,
    invite,
    withdraw_invitation,
)
from advisor.accounts.services.members import (
    MembershipRefused,
    change_role,
    leave_or_remove,
)
from advisor.accounts.services.sign_in import (
    one_time_sign_in_link,
    open_sign_in_link,
    use_sign_in_link,
)
from advisor.accounts.services.teams import (
    create_team,
    local_owner,
    team_for_command_line,
)
from advisor.accounts.services.tokens import (
    create_api_token,
    digest,
    revoke_api_token,
    user_of_api_token,
)

__all__ = [
    "InvitationRefused",
    "MembershipRefused",
    "accept_invitation",
    "change_role",
    "create_api_token",
    "create_team",
    "digest",
    "invite",
    "leave_or_remove",
    "local_owner",
    "one_time_sign_in_link",
    "open_sign_in_link",
    "record",
    "revoke_api_token",
    "team_for_command_line",
    "use_sign_in_link",
    "user_of_api_token",
    "withdraw_invitation",
]
