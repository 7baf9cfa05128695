"""What is a server that answers? One set of fields, in settings and in the wizard.

The key is write-only: it is never put back into a form, and an empty field keeps what
is stored. Only https, unless the operator lists the host.
"""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from advisor.catalog.endpoint_keys import slug_of
from advisor.catalog.forms.prices import amount_field, day_field, exact
from advisor.catalog.models import Hosting
from advisor.engines.addresses import RefusedAddressError, read_target
from advisor.web.forms import HouseForm

PRICES = ("input_per_1m", "output_per_1m")
NO_CARD = ("", "No card")
LONGEST_KEY = 4096
KEY_ALONE = (
    "Enter the key alone: it holds a space, a line break or a letter outside ASCII"
)
Choices = Sequence[tuple[str, Any]]


class EndpointFields(HouseForm):
    """Where a server is, what it serves, its key and its prices."""

    affixes: ClassVar[dict[str, tuple[str, str]]] = dict.fromkeys(
        PRICES, ("$", "per million tokens")
    )
    allowed: Collection[str] = ()

    base_url = forms.CharField(
        label="Base URL", help_text="Such as https://host/v1", max_length=2048
    )
    model = forms.CharField(
        label="Model id", help_text="As the server names it", max_length=200
    )
    key = forms.CharField(
        label="Key",
        required=False,
        max_length=LONGEST_KEY,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Stored encrypted and never shown again. Leave empty where the"
        " server asks for none.",
    )
    region = forms.CharField(
        label="Region",
        required=False,
        max_length=60,
        help_text="Where the text is processed, such as EU",
    )
    hosting = forms.ChoiceField(
        label="Where it runs", choices=Hosting.choices, initial=Hosting.PUBLIC_API
    )
    card = forms.ChoiceField(
        label="Model card",
        required=False,
        help_text="Size, licence, context and price as the catalog has them",
    )
    input_per_1m = amount_field("Price of input", required=False)
    output_per_1m = amount_field("Price of output", required=False)
    price_as_of = day_field(
        "Price valid on", required=False, hint="Empty: today, where you enter a price"
    )

    def __init__(self, *args: Any, cards: Choices, **kw: Any) -> None:
        super().__init__(*args, **kw)
        field = self.fields["card"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [NO_CARD, *cards]

    def clean_base_url(self) -> str:
        """Refuse an address that workers would not call."""
        url: str = self.cleaned_data["base_url"].strip()
        try:
            read_target(url, listed=self.allowed)
        except RefusedAddressError as refusal:
            raise ValidationError(str(refusal)) from None
        return url

    def clean_key(self) -> str:
        """Refuse a key that no header can hold; the message never repeats it."""
        key: str = self.cleaned_data["key"]
        if any(not "\x21" <= letter <= "\x7e" for letter in key):
            raise ValidationError(KEY_ALONE)
        return key

    def clean(self) -> dict[str, Any]:
        """Ask for both prices or none; a price has a day."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        given = [name for name in PRICES if values.get(name) is not None]
        lacking = [name for name in PRICES if name not in given]
        if given and lacking and lacking[0] not in self.errors:
            told = "Enter both prices, or neither"
            self.add_error(lacking[0], ValidationError(told))
        if given and "price_as_of" not in self.errors:
            values["price_as_of"] = values.get("price_as_of") or timezone.localdate()
        for name in given:
            values[name] = exact(values[name])
        return values


class EndpointForm(EndpointFields):
    """An endpoint as a team's settings keep it."""

    field_order = ("name",)
    taken: Collection[str] = ()

    name = forms.CharField(label="Name", min_length=2, max_length=80)
    test = forms.BooleanField(
        label="Test it now",
        required=False,
        initial=True,
        help_text="Sends a request for one token",
    )

    def clean_name(self) -> str:
        """Refuse a name that another endpoint of the team has."""
        name: str = self.cleaned_data["name"]
        if slug_of(name) in self.taken:
            told = f"Your team has an endpoint called {name}. Choose a different name"
            raise ValidationError(told)
        return name
