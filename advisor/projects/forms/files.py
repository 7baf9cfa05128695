"""Step 3: which file, read how, in which columns, and what of it is kept for tuning?"""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from advisor.projects.forms.numbers import NumberField
from advisor.projects.parsing import limits
from advisor.web.forms import HouseForm

ACCEPTED = ".csv,.tsv,.json,.jsonl,.xlsx,.parquet"
ROLES = ("input", "expected", "id", "group", "tags")
ENCODINGS = (
    ("", "UTF-8, or UTF-16 with a mark"),
    ("windows-1252", "Windows-1252"),
    ("shift_jis", "Shift-JIS"),
    ("gb18030", "GB18030"),
)
SEPARATORS = (
    ("", "Found by itself"),
    (",", "Comma"),
    (";", "Semicolon"),
    ("tab", "Tab"),
    ("|", "Pipe"),
)


class UploadForm(HouseForm):
    """A sample file, or the pack that ships."""

    file = forms.FileField(
        label="Sample file",
        help_text="CSV, TSV, JSON, JSON Lines, Excel or Parquet, up to 25 MB and"
        " 20,000 rows.",
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        error_messages={
            "required": "Choose a file",
            "empty": "The file is empty.",
            "max_length": "The name of the file is too long; shorten it",
        },
    )

    # Stands after the file: an upload that broke off has lost it.
    whole = forms.CharField(
        required=False, initial="yes", widget=forms.HiddenInput, max_length=10
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a file whose upload broke off."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if not values.get("whole"):
            self.errors.pop("file", None)
            told = "The upload was interrupted. Upload the file again"
            self.add_error("file", ValidationError(told))
        return values

    def clean_file(self) -> Any:
        """Refuse a file over the limit before it is read, and more than one."""
        if len(self.files.getlist("file")) > 1:
            raise ValidationError("One file at a time.")
        file = self.cleaned_data["file"]
        if file.size > limits.FILE_BYTES:
            size = f"{file.size / 1e6:.1f}"
            raise ValidationError(f"25 MB is the limit; this file has {size} MB.")
        return file


class MappingForm(HouseForm):
    """Which column holds what; made for the columns of one file."""

    no_optional: ClassVar[frozenset[str]] = frozenset(
        {"expected", "id", "group", "tags"}
    )

    input = forms.ChoiceField(
        label="Input",
        help_text="What the model is given",
        error_messages={"required": "Choose the column that holds the input"},
    )
    expected = forms.ChoiceField(
        label="Expected answer", help_text="What a right answer says", required=False
    )
    id = forms.ChoiceField(label="Id", help_text="Each one different", required=False)
    group = forms.ChoiceField(
        label="Group", help_text="Belong together, as a conversation", required=False
    )
    tags = forms.ChoiceField(
        label="Task, language or other tag",
        help_text="Slices, several with commas",
        required=False,
    )

    def __init__(self, *args: Any, columns: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(name, name) for name in columns]
        for role in ROLES:
            field = self.fields[role]
            if isinstance(field, forms.ChoiceField):
                free = [] if role == "input" else [("", "No column")]
                field.choices = [*free, *names]

    def mapping(self) -> dict[str, str]:
        """Return the chosen column of each role."""
        chosen = {role: self.cleaned_data[role] for role in ROLES}
        return {role: name for role, name in chosen.items() if name}


class FileForm(MappingForm):
    """The columns of a file, and how it is read where that can be chosen."""

    no_optional: ClassVar[frozenset[str]] = frozenset(
        {"expected", "id", "group", "tags", "encoding", "delimiter", "sheet"}
    )

    encoding = forms.ChoiceField(label="Encoding", choices=ENCODINGS, required=False)
    delimiter = forms.ChoiceField(label="Separator", choices=SEPARATORS, required=False)
    sheet = forms.ChoiceField(label="Sheet", required=False)
    read_as_array = forms.BooleanField(
        label="Read it as one JSON array",
        help_text="Where a file of JSON Lines holds a list in brackets",
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        columns: Sequence[str],
        sheets: Sequence[str] = (),
        kind: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, columns=columns, **kwargs)
        sheet = self.fields["sheet"]
        if isinstance(sheet, forms.ChoiceField):
            sheet.choices = [("", "The first"), *((name, name) for name in sheets)]
        away = set() if columns else set(ROLES)
        away |= set() if len(sheets) > 1 else {"sheet"}
        away |= set() if kind in ("csv", "txt", "tsv") else {"delimiter"}
        away |= {"encoding"} if kind in ("xlsx", "parquet") else set()
        away |= set() if kind in ("jsonl", "ndjson") else {"read_as_array"}
        for name in away:
            del self.fields[name]

    @property
    def columns_fields(self) -> list[Any]:
        """The fields that name columns."""
        return [self[role] for role in ROLES if role in self.fields]

    @property
    def reading_fields(self) -> list[Any]:
        """The fields that say how the file is read."""
        return [self[name] for name in self.fields if name not in ROLES]

    def options(self) -> dict[str, Any]:
        """Return the options of the parser that were chosen."""
        values = self.cleaned_data
        separator = {"tab": "\t"}.get(
            values.get("delimiter", ""), values.get("delimiter")
        )
        return {
            "encoding": values.get("encoding") or None,
            "delimiter": separator or None,
            "sheet": values.get("sheet") or None,
            "read_as_array": bool(values.get("read_as_array")),
        }

    def chosen(self) -> dict[str, str] | None:
        """Return the columns, None where the file has shown none yet."""
        return self.mapping() if "input" in self.fields else None


class SplitForm(HouseForm):
    """How much is kept for tuning; the rest decides."""

    affixes: ClassVar[dict[str, tuple[str, str]]] = {"tuning": ("", "%")}

    tuning = NumberField(
        label="Kept for tuning",
        help_text="Samples that may train a model, and never decide about one. Which"
        " ones, a hash of their content says; near copies and groups stay together.",
        low=0,
        high=90,
        message="Enter a share between 0 and 90%",
        required=False,
    )

    def share(self) -> float:
        """Return the share of one."""
        return round((self.cleaned_data["tuning"] or 0) / 100, 6)
