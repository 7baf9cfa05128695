"""What may people type to get in, and about themselves? Fields and their rules."""

from typing import Any

from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    LoginForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
    SignupForm,
)
from django import forms
from django.core.exceptions import ValidationError

from advisor.accounts.models import User
from advisor.web.forms import HouseForm, seen_as_typed

LONGEST_PASSWORD = 128
ADVICE = "At least 12 characters. A few unrelated words make a good one."


class LongestPasswordValidator:
    """Refuse passwords that only keep the server busy."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for more than 128 characters."""
        if len(password) > LONGEST_PASSWORD:
            raise ValidationError(
                f"This password has {len(password)} characters; use at most"
                f" {LONGEST_PASSWORD}."
            )

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return f"At most {LONGEST_PASSWORD} characters."


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
        validators=[seen_as_typed],
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


class FirstPasswordForm(SetPasswordForm):  # type: ignore[misc]
    """A password of somebody who has none yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = ADVICE
        _without_placeholders(self)


class AddressForm(AddEmailForm):  # type: ignore[misc]
    """One more e-mail address of a person."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Work e-mail"
        _without_placeholders(self)


class ProfileForm(HouseForm):
    """How a person is called."""

    name = forms.CharField(
        label="Your name",
        help_text="Shown to your team and on the records that you sign.",
        max_length=80,
        validators=[seen_as_typed],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class DeleteAccountForm(HouseForm):
    """The person's address, typed to show that it is meant."""

    email = forms.CharField(
        label="Your e-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


def _without_placeholders(form: forms.Form) -> None:
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
