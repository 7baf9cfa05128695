"""What may people type about themselves and their team? Fields and their rules."""

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SignupForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from advisor.accounts.models import ApiToken, Role, User
from advisor.accounts.selectors import rank
from advisor.web.forms import HouseForm

ADVICE = "At least 12 characters. A few unrelated words make a good one."
MOST_INVITED = 20


class SignInForm(LoginForm):  # type: ignore[misc]
    """E-mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Work e-mail"
        self.fields["password"].help_text = ""
        self.fields.pop("remember", None)
        _without_placeholders(self)


class SignUpForm(SignupForm):  # type: ignore[misc]
    """Name, address and password of somebody new."""

    name = forms.CharField(
        label="Your name",
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Work e-mail"
        self.fields["password1"].help_text = ADVICE
        _without_placeholders(self)

    def custom_signup(self, request: object, user: User) -> None:
        """Keep the name; allauth stores the rest."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class ResetForm(ResetPasswordForm):  # type: ignore[misc]
    """The address to which a reset link goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Work e-mail"
        _without_placeholders(self)


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password after a reset link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = ADVICE
        _without_placeholders(self)


class OtherPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """The present password and a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = "Present password"
        self.fields["oldpassword"].help_text = ""
        self.fields["password1"].help_text = ADVICE
        _without_placeholders(self)


class ProfileForm(HouseForm):
    """How a person is called."""

    name = forms.CharField(
        label="Your name",
        help_text="Shown to your team and on the records that you sign.",
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class TeamForm(HouseForm):
    """How a team is called."""

    name = forms.CharField(
        label="Team name",
        help_text="The people who decide together, for example a department.",
        min_length=2,
        max_length=60,
    )


class InviteForm(HouseForm):
    """Whom to invite, and as what."""

    emails = forms.CharField(
        label="E-mail addresses",
        help_text="Separate several with commas. Links are valid for 72 hours.",
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )
    role = forms.ChoiceField(label="Role", initial=Role.VIEWER)

    def __init__(self, *args: Any, own_role: str = Role.OWNER, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(own_role)  # type: ignore[attr-defined]

    def clean_emails(self) -> list[str]:
        """Return the addresses; every wrong one is named."""
        given = self.cleaned_data["emails"].replace(";", ",").split(",")
        emails = list(dict.fromkeys(x.strip().lower() for x in given if x.strip()))
        wrong = [email for email in emails if not _is_email(email)]
        if wrong:
            raise ValidationError(f"Not an e-mail address: {', '.join(wrong)}.")
        if len(emails) > MOST_INVITED:
            raise ValidationError(
                f"Invite at most {MOST_INVITED} people at once; {len(emails)} given."
            )
        return emails


class RoleForm(HouseForm):
    """Another role for a member."""

    role = forms.ChoiceField(choices=Role.choices)


class ApiTokenForm(HouseForm):
    """What a program's token is called, what it may do, and for how long."""

    name = forms.CharField(
        label="Name",
        help_text="What uses it, for example nightly build.",
        max_length=60,
    )
    scope = forms.ChoiceField(
        label="May",
        choices=[
            (ApiToken.Scope.READ, "Read projects, runs and reports"),
            (ApiToken.Scope.RUN, "Read, and launch runs"),
            (ApiToken.Scope.MANAGE, "Read, launch, and change projects"),
        ],
        initial=ApiToken.Scope.READ,
    )
    days = forms.TypedChoiceField(
        label="Valid for",
        choices=[(30, "30 days"), (90, "90 days"), (365, "1 year")],
        coerce=int,
        initial=90,
    )


def role_choices(own_role: str) -> list[tuple[str, str]]:
    """Return the roles that somebody with ``own_role`` may give, least first."""
    roles = sorted(Role, key=rank)
    return [(role.value, role.label) for role in roles if rank(role) <= rank(own_role)]


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _without_placeholders(form: forms.Form) -> None:
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
