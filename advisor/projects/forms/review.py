"""Step 5: how is it run and decided, and what may it spend?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from advisor.sizing import formats
from advisor.web.forms import HouseForm
from advisor.web.number_field import measure_field, whole_field

OBJECTIVES = (
    ("cost", "Cheapest"),
    ("size", "Fewest parameters"),
    ("latency", "Fastest"),
)
PROMISES = (
    ("traffic", "Future requests\nHolds with 95% confidence on requests like these"),
    ("samples", "These samples\nThe same verdict as all of them"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What bounds the cap of a run, in US dollars; None where it is not known or set.

    ``estimate`` is what the paid calls are expected to cost, ``most`` what the team
    allows for one run and has left this month, whichever is less.
    """

    estimate: float | None = None
    most: float | None = None
    told: str = ""

    @property
    def default(self) -> float | None:
        """Twice the estimate, at most what the team allows; in whole cents."""
        if not self.estimate:
            return None
        twice = max(0.01, ceil(200 * self.estimate) / 100)
        return twice if self.most is None else min(twice, floor(100 * self.most) / 100)

    def refuses(self, cap: float) -> bool:
        """Say whether a cap is under the estimate or over what the team allows."""
        under = self.estimate is not None and cap < self.estimate
        return under or (self.most is not None and cap > self.most)

    @property
    def range_told(self) -> str:
        """What to enter, in a sentence."""
        least = f"at least {dollars(self.estimate)}, the estimate"
        most = f"at most {dollars(self.most)}"
        if self.most is None:
            return f"Enter {least}"
        return f"Enter {least}, and {most}" if self.estimate else f"Enter {most}"


def dollars(amount: float | None) -> str:
    """Return an amount to the cent from ten cents on, more exactly below."""
    if amount is None or not 0.095 <= amount < 100:
        return formats.money(amount)
    return f"${amount:.2f}"


NOTHING_PAID = Money(told="No call of this run is paid.")


class ReviewForm(HouseForm):
    """Objective, promise, whether all samples are run, cap, seed and consents."""

    objective = forms.ChoiceField(
        label="Prefer among those that qualify", choices=OBJECTIVES
    )
    promise = forms.ChoiceField(
        label="The answer should hold for", choices=PROMISES, widget=forms.RadioSelect
    )
    exhausted = forms.BooleanField(
        label="Run all samples",
        help_text="Otherwise a candidate may stop when it is decided",
        required=False,
    )
    repeats = whole_field("Repeats of each sample", 1, 100, "Enter between 1 and 100")
    seed = whole_field("Seed", 0, 2**32 - 1, "Enter a whole number of 0 or more")
    budget_usd = measure_field(
        *("Stop the run if it would cost more than", 0, 1e6),
        "Enter an amount of 0 or more",
        unit=("$", ""),
        required=False,
    )
    consent = forms.BooleanField(
        label="These samples may be sent to them",
        error_messages={
            "required": "Confirm that these samples may be sent, or choose models"
            " inside your network"
        },
    )
    consent_personal_data = forms.BooleanField(
        label="What looks like personal data or a key may be sent with them",
        error_messages={
            "required": "Mask the samples in step 3, or confirm that they may be sent"
            " as they are"
        },
    )

    def __init__(
        self,
        *args: Any,
        outside: Sequence[str] = (),
        flagged: int = 0,
        money: Money = NOTHING_PAID,
        **kw: Any,
    ) -> None:
        super().__init__(*args, **kw)
        self.money = money
        self.fields["budget_usd"].help_text = money.told
        if money.default is not None and self.initial.get("budget_usd") is None:
            self.initial["budget_usd"] = money.default
        names = ", ".join(outside)
        if outside:
            told = f"Each input goes to {names}, outside your network."
            self.fields["consent"].help_text = told
        else:
            del self.fields["consent"]
        if outside and flagged:
            several = "sample" if flagged == 1 else "samples"
            told = f"{flagged:,} {several} may hold some; step 3 shows where."
            self.fields["consent_personal_data"].help_text = told
        else:
            del self.fields["consent_personal_data"]

    def clean_budget_usd(self) -> float | None:
        """Refuse a cap under the estimate, or over what the team allows or has left."""
        cap: float | None = self.cleaned_data["budget_usd"]
        if cap is not None and self.money.refuses(cap):
            raise ValidationError(self.money.range_told)
        return cap

    @staticmethod
    def initial_from(document: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the form shows of a stored document."""
        return {
            "objective": document.get("objective") or "cost",
            "promise": document.get("promise") or "traffic",
            "exhausted": document.get("stop") == "exhausted",
            "repeats": document.get("repeats") or 1,
            "seed": document.get("seed") or 0,
            "budget_usd": document.get("budget_usd"),
            "consent": document.get("consent") is True,
            "consent_personal_data": document.get("consent_personal_data") is True,
        }

    def into(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the document with how it is run and decided."""
        values = dict(self.cleaned_data)
        stop = "exhausted" if values.pop("exhausted") else "decided"
        return {**document, **values, "stop": stop}
