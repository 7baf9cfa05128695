"""What may people type about themselves and their team? One file a kind of form."""

from advisor.accounts.forms.sign_in import (
    AddressForm,
    DeleteAccountForm,
    FirstPasswordForm,
    NewPasswordForm,
    OtherPasswordForm,
    ProfileForm,
    ResetForm,
    SignInForm,
    SignUpForm,
)
from advisor.accounts.forms.teams import (
    ApiTokenForm,
    CapsForm,
    DeleteTeamForm,
    InviteForm,
    RoleForm,
    TeamForm,
    TwoStepForm,
    role_choices,
)

__all__ = [
    "AddressForm",
    "ApiTokenForm",
    "CapsForm",
    "DeleteAccountForm",
    "DeleteTeamForm",
    "FirstPasswordForm",
    "InviteForm",
    "NewPasswordForm",
    "OtherPasswordForm",
    "ProfileForm",
    "ResetForm",
    "RoleForm",
    "SignInForm",
    "SignUpForm",
    "TeamForm",
    "TwoStepForm",
    "role_choices",
]
