"""Step 4: which server answers? One that is typed here, or one the team has."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from advisor.engines.addresses import RefusedAddressError, read_target
from advisor.projects.forms.candidates import AddForm, Choices, DescribedForm
from advisor.projects.forms.choices import PLACES


class AddEndpointForm(DescribedForm):
    """A server that speaks the OpenAI protocol. Its key is stored sealed."""

    field_order = ("id", "role", "base_url", "model", "key", "hosting", "card")
    allowed: Collection[str] = ()
    endpoints: Collection[str] = ()

    base_url = forms.CharField(
        label="Address", help_text="Such as https://host/v1", max_length=2048
    )
    model = forms.CharField(label="Model, as the server names it", max_length=200)
    key = forms.CharField(
        label="Key",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Stored encrypted, never shown again",
    )
    hosting = forms.ChoiceField(
        label="Where it runs", choices=tuple(PLACES.items()), initial="public_api"
    )

    def clean_id(self) -> str:
        """Refuse a name that another endpoint of the team has: it would be changed."""
        key = super().clean_id()
        if slugify(key) in self.endpoints:
            told = f"Your team has an endpoint called {key}. Add that one, or rename"
            raise ValidationError(told)
        return key

    def clean_base_url(self) -> str:
        """Refuse an address that workers would not call."""
        url: str = self.cleaned_data["base_url"].strip()
        try:
            read_target(url, listed=self.allowed)
        except RefusedAddressError as refusal:
            raise ValidationError(str(refusal)) from None
        return url


class AddStoredEndpointForm(AddForm):
    """An endpoint that the team has already."""

    endpoint = forms.ChoiceField(label="Endpoint")

    def __init__(self, *args: Any, endpoints: Choices, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.choose_from("endpoint", endpoints)

    def entry(self) -> dict[str, Any]:
        """Return the candidate as the document holds it."""
        values = self.cleaned_data
        endpoint = int(values["endpoint"])
        return {"id": values["id"], "engine": "openai", "endpoint": endpoint}
