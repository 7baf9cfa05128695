"""What does a model cost your team? A price that is typed in, dated and sourced."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from advisor.web.forms import HouseForm
from advisor.web.number_field import NumberField

AMOUNT = "Enter dollars per million tokens, 0 or more"
DEAREST = 1_000_000
AMOUNTS = ("input_per_1m", "output_per_1m", "cached_input_per_1m")
BY_TOKEN = ("$", "per million tokens")
NOT_LATER = "Choose today or an earlier date"
Choices = Sequence[tuple[str, Any]]


def amount_field(label: str, *, required: bool, hint: str = "") -> NumberField:
    """Return an amount of dollars per million tokens."""
    return NumberField(
        label=label,
        low=0,
        high=DEAREST,
        message=AMOUNT,
        required=required,
        help_text=hint,
    )


def day_field(label: str, *, required: bool = True, hint: str = "") -> forms.DateField:
    """Return a day that is not in the future."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=hint,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[not_later],
        error_messages={"invalid": NOT_LATER},
    )


def not_later(day: date) -> None:
    """Refuse a day in the future."""
    if day > timezone.localdate():
        raise ValidationError(NOT_LATER)


def exact(amount: float | None) -> Decimal | None:
    """Return an amount as it is stored, to a millionth of a dollar."""
    return None if amount is None else round(Decimal(str(amount)), 6)


class PriceForm(HouseForm):
    """A team's price of one model at one vendor."""

    affixes: ClassVar[dict[str, tuple[str, str]]] = dict.fromkeys(
        ("input_per_1m", "output_per_1m", "cached_input_per_1m"),
        ("$", "per million tokens"),
    )

    model = forms.ChoiceField(label="Model")
    vendor = forms.CharField(
        label="Vendor", max_length=60, help_text="Who bills you, such as a cloud"
    )
    input_per_1m = amount_field("Input", required=True)
    output_per_1m = amount_field("Output", required=True)
    cached_input_per_1m = amount_field("Cached input", required=False)
    source = forms.CharField(
        label="Source",
        max_length=300,
        help_text="Contract, price list or address, so that others can look it up",
    )
    as_of = day_field("Valid on", hint="The day for which the source states the price")

    def __init__(self, *args: Any, models: Choices, **kw: Any) -> None:
        super().__init__(*args, **kw)
        field = self.fields["model"]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(models)

    def clean(self) -> dict[str, Any]:
        """Return the amounts exactly as they are stored."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.affixes:
            if name in values:
                values[name] = exact(values[name])
        return values
