"""What may people type about their team? Fields and their rules."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from advisor.accounts.models import ApiToken, Role
from advisor.accounts.selectors import rank
from advisor.accounts.services.spending import MOST_USD
from advisor.web.forms import HouseForm, seen_as_typed
from advisor.web.number_field import NumberField

MOST_INVITED = 20
LONGEST_EMAIL = 254


class TeamForm(HouseForm):
    """How a team is called."""

    name = forms.CharField(
        label="Team name",
        help_text="The people who decide together, for example a department.",
        min_length=2,
        max_length=60,
        validators=[seen_as_typed],
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
        validators=[seen_as_typed],
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


class TwoStepForm(HouseForm):
    """Whether the team opens only to members with two-step sign-in."""

    demanded = forms.BooleanField(
        label="Members must sign in with two steps",
        help_text=(
            "Who has not turned it on yet is asked to do so before the team's pages"
            " open. API tokens of such members wait too."
        ),
        required=False,
    )
    no_optional: ClassVar[frozenset[str]] = frozenset({"demanded"})


class CapsForm(HouseForm):
    """What the team may spend a month, and in one run."""

    affixes: ClassVar[dict[str, tuple[str, str]]] = {
        "month": ("$", "a month"),
        "run": ("$", "a run"),
    }

    month = NumberField(
        label="Team cap",
        help_text="Leave empty for no cap.",
        low=0,
        high=MOST_USD,
        message=f"Enter an amount from 0 to {MOST_USD:,}, or leave it empty",
        required=False,
    )
    run = NumberField(
        label="Cap for one run",
        help_text="At most the team cap.",
        low=0,
        high=MOST_USD,
        message=f"Enter an amount from 0 to {MOST_USD:,}, or leave it empty",
        required=False,
    )
    no_optional: ClassVar[frozenset[str]] = frozenset({"month", "run"})


class DeleteTeamForm(HouseForm):
    """The team's name, typed to show that it is meant."""

    name = forms.CharField(
        label="Name of the team",
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
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
    return len(text) <= LONGEST_EMAIL
