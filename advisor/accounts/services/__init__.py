"""What can be done with people and teams? Each service is one verb, in one file."""

from advisor.accounts.services.audit import acting_from, record
from advisor.accounts.services.deleting import (
    DeletionRefused,
    delete_account,
    delete_team,
)
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
from advisor.accounts.services.outbox import Outbox, mails_are_due, send_due_mails
from advisor.accounts.services.sessions import (
    end_other_sessions,
    end_session,
    is_idle,
    session_began,
    touch,
)
from advisor.accounts.services.sign_in import (
    one_time_sign_in_link,
    open_sign_in_link,
    use_sign_in_link,
)
from advisor.accounts.services.spending import (
    CapRefused,
    locked_month,
    micro,
    set_caps,
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
    within_rate,
)
from advisor.accounts.services.two_step import (
    TwoStepRefused,
    demand_two_step,
    is_shut_out,
)

__all__ = [
    "CapRefused",
    "DeletionRefused",
    "InvitationRefused",
    "MembershipRefused",
    "Outbox",
    "TwoStepRefused",
    "accept_invitation",
    "acting_from",
    "change_role",
    "create_api_token",
    "create_team",
    "delete_account",
    "delete_team",
    "demand_two_step",
    "digest",
    "end_other_sessions",
    "end_session",
    "invite",
    "is_idle",
    "is_shut_out",
    "leave_or_remove",
    "local_owner",
    "locked_month",
    "mails_are_due",
    "micro",
    "one_time_sign_in_link",
    "open_sign_in_link",
    "record",
    "revoke_api_token",
    "send_due_mails",
    "session_began",
    "set_caps",
    "team_for_command_line",
    "touch",
    "use_sign_in_link",
    "user_of_api_token",
    "withdraw_invitation",
    "within_rate",
]
