"""Step 4: who is under test, and who sets the bar? One small form a kind of engine."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from advisor.engines.recorded import parse_recorded
from advisor.projects.forms.choices import NOT_STATED, PLACES
from advisor.projects.forms.numbers import NumberField
from advisor.projects.parsing import limits
from advisor.web.forms import HouseForm

ROLES = (("candidate", "Candidate"), ("reference", "Reference"))
PRECISIONS = (
    *(("fp32", "fp32"), ("bf16", "bf16"), ("fp16", "fp16")),
    ("auto", "The faster one here, measured"),
)
SHORT_ID = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}\Z",
    "Use letters, digits, dots, dashes and underscores, at most 80",
)
PROBLEMS_SHOWN = 5
MOST_CANDIDATES = 20
NO_CARD = ("", "No card")
AMOUNT = "Enter an amount of 0 or more"
Choices = Sequence[tuple[str, Any]]


def amount_field(label: str, high: float) -> NumberField:
    """Return an amount of money that may be left empty."""
    return NumberField(label=label, low=0, high=high, message=AMOUNT, required=False)


class AddForm(HouseForm):
    """What every model has: a short name in this comparison, and its part in it."""

    taken: Collection[str] = ()
    listed: Sequence[Mapping[str, Any]] = ()

    id = forms.CharField(label="Name in this comparison", validators=[SHORT_ID])
    role = forms.ChoiceField(label="Part", choices=ROLES)

    def clean_id(self) -> str:
        """Refuse a name that is taken."""
        key: str = self.cleaned_data["id"]
        if key in self.taken:
            raise ValidationError(f"{key} is in the list already. Choose another name")
        return key

    def clean(self) -> dict[str, Any]:
        """Refuse more candidates than one run compares."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if values.get("role") == "candidate" and len(self.listed) >= MOST_CANDIDATES:
            told = f"{MOST_CANDIDATES} candidates are the most. Remove one first"
            self.add_error("id", ValidationError(told))
        return values

    def choose_from(self, name: str, choices: Choices) -> None:
        """Set what a field of choices offers."""
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices)


def local_entry(key: str, model: str, precision: str = "fp32") -> dict[str, Any]:
    """Return a model that runs here as the document holds it."""
    return {
        "id": key,
        "engine": "transformers",
        "model": model,
        "precision": precision,
        "hardware": "this-machine",
    }


class AddLocalForm(AddForm):
    """A model that runs here: one that ships, or a folder the operator opened."""

    affixes: ClassVar[dict[str, tuple[str, str]]] = {"per_hour": ("$", "an hour")}

    model = forms.ChoiceField(label="Model")
    precision = forms.ChoiceField(label="Precision", choices=PRECISIONS)
    per_hour = amount_field("Price of this machine", 10_000)

    def __init__(self, *args: Any, models: Choices, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.choose_from("model", models)

    def clean(self) -> dict[str, Any]:
        """Refuse a model that is under test already in the same precision."""
        values = super().clean()
        for one in self.listed:
            same = all(
                one.get(key) == values.get(key) for key in ("model", "precision")
            )
            if same and values.get("role") == "candidate" and values.get("model"):
                told = f"It is under test already, as {one['id']}, in this precision"
                self.add_error("model", ValidationError(told))
                break
        return values

    def entry(self) -> dict[str, Any]:
        """Return the candidate as the document holds it."""
        values = self.cleaned_data
        entry = local_entry(values["id"], values["model"], values["precision"])
        if values["per_hour"] is not None:
            entry["price"] = {"per_hour": values["per_hour"]}
        return entry


class DescribedForm(AddForm):
    """A model that is known from outside: its card, its place and its prices."""

    affixes: ClassVar[dict[str, tuple[str, str]]] = {
        "input_per_1m": ("$", "per million tokens in"),
        "output_per_1m": ("$", "per million tokens out"),
    }

    card = forms.ChoiceField(
        label="Model card",
        help_text="Size, licence, context and price as the catalog has them",
        required=False,
    )
    hosting = forms.ChoiceField(
        label="Where it runs", choices=(NOT_STATED, *PLACES.items()), required=False
    )
    input_per_1m = amount_field("Price of input", 1e6)
    output_per_1m = amount_field("Price of output", 1e6)

    def __init__(self, *args: Any, cards: Choices, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.choose_from("card", [NO_CARD, *cards])

    def clean(self) -> dict[str, Any]:
        """Ask for both prices or none."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        prices = ("input_per_1m", "output_per_1m")
        given = [name for name in prices if values.get(name) is not None]
        lacking = [name for name in prices if name not in given]
        if given and lacking and lacking[0] not in self.errors:
            told = "Enter both prices, or neither"
            self.add_error(lacking[0], ValidationError(told))
        return values


class AddRecordedForm(DescribedForm):
    """A file of answers: production logs, or another tool's results."""

    field_order = ("id", "role", "file", "card", "parameters")

    file = forms.FileField(
        label="Recorded answers",
        help_text="JSON Lines with id and output, one answer a line",
        widget=forms.FileInput(attrs={"accept": ".jsonl"}),
        error_messages={"required": "Choose a file", "empty": "The file is empty."},
    )
    parameters = NumberField(
        label="Parameters",
        help_text="Such as 6,000,000,000, where no card says it",
        low=1,
        high=1e14,
        whole=True,
        message="Enter a whole number of 1 or more",
        required=False,
    )

    def clean_file(self) -> bytes:
        """Return the file's bytes; every wrong line is told at once."""
        file = self.cleaned_data["file"]
        if file.size > limits.FILE_BYTES:
            raise ValidationError("25 MB is the limit for a file")
        content: bytes = file.read()
        try:
            _, problems = parse_recorded(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            told = "The file is not UTF-8 text. Save it as UTF-8"
            raise ValidationError(told) from None
        if problems:
            lines = [f"Line {one.line:,}: {one.message}" for one in problems]
            more = len(lines) - PROBLEMS_SHOWN
            tail = [f"{more:,} more lines are wrong."] if more > 0 else []
            raise ValidationError([*lines[:PROBLEMS_SHOWN], *tail])
        return content

    def entry(self, upload: int) -> dict[str, Any]:
        """Return the candidate as the document holds it; ``upload`` is its file."""
        values = self.cleaned_data
        entry = {"id": values["id"], "engine": "recorded", "upload": upload}
        for key in ("card", "parameters", "hosting"):
            if values[key]:
                entry[key] = values[key]
        price = {key: values[key] for key in ("input_per_1m", "output_per_1m")}
        if price["input_per_1m"] is not None:
            entry["price"] = price
        return entry
