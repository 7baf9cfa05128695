"""Step 4: who is under test, and who sets the bar? One small form a kind of engine."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from advisor.engines.addresses import RefusedAddressError, read_target
from advisor.engines.recorded import parse_recorded
from advisor.projects.forms.numbers import NumberField
from advisor.projects.parsing import limits
from advisor.web.forms import HouseForm

ROLES = (("candidate", "Candidate"), ("reference", "Reference"))
PRECISIONS = (("fp32", "fp32"), ("bf16", "bf16"), ("fp16", "fp16"))
SHORT_ID = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$",
    "Use letters, digits, dots, dashes and underscores, at most 80",
)
PROBLEMS_SHOWN = 5


class AddForm(HouseForm):
    """What every model has: a short name in this comparison, and its part in it."""

    taken: Collection[str] = ()

    id = forms.CharField(label="Name in this comparison", validators=[SHORT_ID])
    role = forms.ChoiceField(label="Part", choices=ROLES)

    def clean_id(self) -> str:
        """Refuse a name that is taken."""
        key: str = self.cleaned_data["id"]
        if key in self.taken:
            raise ValidationError(f"{key} is in the list already. Choose another name")
        return key


class AddLocalForm(AddForm):
    """A model that runs here: one that ships, or a folder the operator opened."""

    affixes: ClassVar[dict[str, tuple[str, str]]] = {"per_hour": ("$", "an hour")}

    model = forms.ChoiceField(label="Model")
    precision = forms.ChoiceField(label="Precision", choices=PRECISIONS)
    per_hour = NumberField(
        label="Price of this machine",
        low=0,
        high=10_000,
        message="Enter an amount of 0 or more",
        required=False,
    )

    def __init__(
        self, *args: Any, models: Sequence[tuple[str, str]], **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        field = self.fields["model"]
        if isinstance(field, forms.ChoiceField):
            field.choices = models

    def entry(self) -> dict[str, Any]:
        """Return the candidate as the document holds it."""
        values = self.cleaned_data
        entry = {
            "id": values["id"],
            "engine": "transformers",
            "model": values["model"],
            "precision": values["precision"],
            "hardware": "this-machine",
        }
        if values["per_hour"] is not None:
            entry["price"] = {"per_hour": values["per_hour"]}
        return entry


class AddRecordedForm(AddForm):
    """A file of answers: production logs, or another tool's results."""

    file = forms.FileField(
        label="Recorded answers",
        help_text="JSON Lines with id and output, one answer a line",
        widget=forms.FileInput(attrs={"accept": ".jsonl"}),
        error_messages={"required": "Choose a file", "empty": "The file is empty."},
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


class AddEndpointForm(AddForm):
    """A server that speaks the OpenAI protocol. Its key is stored sealed."""

    affixes: ClassVar[dict[str, tuple[str, str]]] = {
        "input_per_1m": ("$", "per million tokens in"),
        "output_per_1m": ("$", "per million tokens out"),
    }
    allowed: Collection[str] = ()

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
    input_per_1m = NumberField(
        label="Price of input",
        low=0,
        high=1e6,
        message="Enter an amount of 0 or more",
        required=False,
    )
    output_per_1m = NumberField(
        label="Price of output",
        low=0,
        high=1e6,
        message="Enter an amount of 0 or more",
        required=False,
    )

    def clean_base_url(self) -> str:
        """Refuse an address that workers would not call."""
        url: str = self.cleaned_data["base_url"].strip()
        try:
            read_target(url, listed=self.allowed)
        except RefusedAddressError as refusal:
            raise ValidationError(str(refusal)) from None
        return url
