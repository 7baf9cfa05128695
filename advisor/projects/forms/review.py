"""Step 5: how is it run and decided, and what may it spend?"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from advisor.projects.forms.numbers import NumberField
from advisor.web.forms import HouseForm

OBJECTIVES = (
    ("cost", "Cheapest"),
    ("size", "Fewest parameters"),
    ("latency", "Fastest"),
)
PROMISES = (
    ("traffic", "Future requests\nHolds with 95% confidence on requests like these"),
    ("samples", "These samples\nThe same verdict as all of them"),
)


class ReviewForm(HouseForm):
    """Objective, promise, whether all samples are run, cap and seed."""

    affixes: ClassVar[dict[str, tuple[str, str]]] = {"budget_usd": ("$", "")}

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
    repeats = NumberField(
        label="Repeats of each sample",
        low=1,
        high=100,
        whole=True,
        message="Enter between 1 and 100",
    )
    seed = NumberField(
        label="Seed",
        low=0,
        high=2**32 - 1,
        whole=True,
        message="Enter a whole number of 0 or more",
    )
    budget_usd = NumberField(
        label="Stop if it would cost more than",
        low=0,
        high=1e6,
        message="Enter an amount of 0 or more",
        required=False,
    )

    consent = forms.BooleanField(
        label="The samples may be sent to them",
        error_messages={
            "required": "Confirm that these samples may be sent, or choose models"
            " inside your network"
        },
    )

    def __init__(self, *args: Any, outside: Sequence[str] = (), **kw: Any) -> None:
        super().__init__(*args, **kw)
        if outside:
            names = ", ".join(outside)
            told = f"Each input goes to {names}, outside your network."
            self.fields["consent"].help_text = told
        else:
            del self.fields["consent"]

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
        }

    def into(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the document with how it is run and decided."""
        values = dict(self.cleaned_data)
        stop = "exhausted" if values.pop("exhausted") else "decided"
        return {**document, **values, "stop": stop}
