"""What does somebody say who wants a model made? One small form a technique."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from advisor.adaptations.services import Wish
from advisor.tuning.order import BOUNDS
from advisor.web.forms import HouseForm
from advisor.web.number_field import NumberField

SHARE = "Enter a share of 5 to 100%"
Choices = Sequence[tuple[str, str]]
KEPT = {"keep_layers": "Layers", "keep_mlp": "MLP width", "keep_heads": "Heads"}


def figure(
    name: str, label: str, *, whole: bool = False, hint: str = ""
) -> NumberField:
    """Return a field for a figure of an order, in its bounds."""
    low, high = BOUNDS[name].low, BOUNDS[name].high
    kind = "a whole number" if whole else "a number"
    return NumberField(
        label=label,
        low=low,
        high=high,
        whole=whole,
        message=f"Enter {kind} from {low:g} to {high:,g}",
        help_text=hint,
    )


def share(label: str, hint: str = "", low: float = 5) -> NumberField:
    """Return a field for a share in percent."""
    high = 100 if low else 95
    told = SHARE if low else "Enter a share of 0 to 95%"
    return NumberField(label=label, low=low, high=high, message=told, help_text=hint)


class AdaptForm(HouseForm):
    """What every technique asks: of which model, for how long, under which seed."""

    technique = ""
    folded: ClassVar[tuple[str, ...]] = ("rows", "longest", "seed", "threads")
    affixes: ClassVar[dict[str, tuple[str, str]]] = {
        "budget_minutes": ("", "minutes"),
        "longest": ("", "tokens"),
    }

    candidate = forms.ChoiceField(label="Model to start from")
    budget_minutes = NumberField(
        label="Budget",
        low=0.1,
        high=24 * 60,
        message="Enter minutes, more than 0 and at most 1,440",
        help_text="When it is used up, the work ends with what there is by then",
    )
    seed = figure("seed", "Seed", whole=True, hint="Same seed, same weights")
    threads = figure("threads", "Threads", whole=True)

    def __init__(self, *args: Any, parents: Choices, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._choose("candidate", parents)

    def _choose(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices)

    def order(self) -> dict[str, Any]:
        """Return the order that was typed."""
        names = (*BOUNDS, "by", "precision")
        typed = {name: self.cleaned_data[name] for name in names if name in self.fields}
        return {"technique": self.technique, **typed}

    def wish(self) -> Wish:
        """Return what was asked for, as the services take it."""
        values = self.cleaned_data
        return Wish(
            parent=values["candidate"],
            order=self.order(),
            budget_minutes=values["budget_minutes"],
            teacher=values.get("teacher", ""),
            terms_accepted=bool(values.get("terms")),
            teacher_cap_usd=values.get("teacher_cap_usd"),
        )

    def main(self) -> list[forms.BoundField]:
        """Return the fields that everybody looks at."""
        return [field for field in self if field.name not in self.folded]

    def more(self) -> list[forms.BoundField]:
        """Return the fields that are folded away."""
        return [field for field in self if field.name in self.folded]


class TrainForm(AdaptForm):
    """What every technique that trains asks."""

    steps = figure("steps", "Steps", whole=True, hint="Each takes a few samples once")
    learning_rate = figure(
        "learning_rate",
        "Learning rate",
        hint="0.0005 suits small models; larger ones want less",
    )
    rows = figure("rows", "Samples a step", whole=True)
    longest = figure("longest", "Longest sample", whole=True)


class FineTuneForm(TrainForm):
    """Teach a model the right answers of the tuning samples."""

    technique = "fine_tune"
    field_order = ("candidate", "lora_rank", "steps", "learning_rate", "budget_minutes")

    lora_rank = figure(
        "lora_rank",
        "LoRA rank",
        whole=True,
        hint="0 trains all weights. 8 or 16 trains a few added ones, with less memory",
    )


class DistilForm(TrainForm):
    """Teach a model what another one believes, or says."""

    technique = "distil"
    field_order = (
        *("candidate", "teacher", "by", "terms", "teacher_cap_usd"),
        *("steps", "learning_rate", "budget_minutes"),
    )
    folded = (*AdaptForm.folded, "temperature", "mix")
    affixes: ClassVar[dict[str, tuple[str, str]]] = {
        **AdaptForm.affixes,
        "teacher_cap_usd": ("$", ""),
    }

    teacher = forms.ChoiceField(label="Teacher")
    by = forms.ChoiceField(
        label="It teaches by",
        choices=(
            ("auto", "What fits: logits where both share a vocabulary, else answers"),
            ("logits", "Its logits"),
            ("answers", "Its own answers"),
        ),
    )
    temperature = figure("temperature", "Temperature", hint="Of the logits")
    mix = figure("mix", "Weight of the teacher", hint="1 ignores the right answers")
    terms = forms.BooleanField(
        label="I have read the terms of the teacher and may train on its answers",
        required=False,
    )
    teacher_cap_usd = NumberField(
        label="Most that its answers may cost",
        low=0,
        high=100_000,
        message="Enter dollars, 0 or more",
        required=False,
        help_text="Needed where the teacher is paid by the token",
    )
    no_optional = frozenset({"terms"})

    def __init__(
        self, *args: Any, teachers: Choices, terms: str = "", **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self._choose("teacher", teachers)
        self.fields["terms"].help_text = terms


class PruneForm(TrainForm):
    """Leave out what matters least, then train what is left."""

    technique = "prune"
    field_order = (
        *("candidate", *KEPT, "steps", "learning_rate", "zeroed", "budget_minutes"),
    )
    folded = (*AdaptForm.folded, "zeroed")
    affixes: ClassVar[dict[str, tuple[str, str]]] = {
        **AdaptForm.affixes,
        **dict.fromkeys(KEPT, ("keep", "%")),
        "zeroed": ("", "%"),
    }

    keep_layers = share("Layers", "The least important go first, as measured")
    keep_mlp = share("MLP width")
    keep_heads = share("Heads", "Not every architecture can lose some")
    zeroed = share(
        "Single weights set to zero",
        "Instead of the above: same file size, no more speed. To see that it is so",
        low=0,
    )

    def order(self) -> dict[str, Any]:
        """Return the order with shares of one."""
        order = super().order()
        for name in (*KEPT, "zeroed"):
            order[name] = order[name] / 100
        return order


class QuantiseForm(AdaptForm):
    """Store a model in fewer bits, and see what that brings here."""

    technique = "quantise"
    field_order = ("candidate", "precision", "budget_minutes")

    precision = forms.ChoiceField(
        label="Store it in",
        choices=(("bf16", "bf16, 16 bits"), ("fp16", "fp16, 16 bits")),
        help_text="Dynamic int8 is measured beside it, but no file of it is kept",
    )


FORMS: dict[str, type[AdaptForm]] = {
    form.technique: form for form in (FineTuneForm, DistilForm, PruneForm, QuantiseForm)
}
