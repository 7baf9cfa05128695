"""Which fields has step 2, and in which units? Labels, hints and ranges."""

from typing import Any, ClassVar

from django import forms

from advisor.projects.forms.choices import (
    HOSTING,
    LICENCE_USES,
    PERSONAL_DATA,
    PROFILES,
    RESIDENCIES,
)
from advisor.projects.forms.hourly import HourlyField
from advisor.projects.forms.languages import LanguagesField
from advisor.projects.forms.names import LicencesField, SlicesField
from advisor.projects.forms.numbers import NumberField
from advisor.web.forms import HouseForm


def _number(label: str, low: float, high: float, message: str, **more: Any) -> Any:
    """Return a number that may be left empty."""
    return NumberField(
        label=label, low=low, high=high, message=message, required=False, **more
    )


class LimitFields(HouseForm):
    """The fields alone; ``LimitsForm`` reads and writes documents."""

    columns: ClassVar[dict[str, int | str]] = {"hosting": 2, "hardware": 2}
    affixes: ClassVar[dict[str, tuple[str, str]]] = {
        "margin": ("", "points"),
        "minimum": ("", "points"),
        "p95": ("", "seconds"),
        "ttft": ("", "seconds"),
        "peak": ("", "requests/s"),
        "volume": ("", "requests"),
        "budget": ("$", "a month"),
        "memory": ("", "GB"),
        "context": ("", "tokens"),
        "input_tokens": ("", "tokens"),
        "output_tokens": ("", "tokens"),
        "labelled_examples": ("", "examples"),
        "unlabelled_texts": ("", "texts"),
    }

    margin = _number(
        *("Quality margin", 0.5, 30, "Enter a margin between 0.5 and 30 points"),
        help_text="Points of score that a candidate may lose against the reference."
        " The smaller, the more samples it takes.",
    )
    minimum = _number(
        *("Minimum quality", 0, 100, "Enter a score between 0 and 100 points"),
        help_text="Score that a candidate must reach by itself, whatever the reference"
        " does. Leave empty for none.",
    )
    slices = SlicesField(
        label="Minimum quality of single tags",
        help_text="Tag and points, with commas between, such as vip 85, refund 90",
        required=False,
    )
    p95 = _number(
        *("Slowest acceptable answer", 0.05, 120),
        "Enter a time between 0.05 and 120 seconds",
        help_text="p95: 95 of 100 answers are faster",
    )
    ttft = _number(
        *("Slowest first word", 0.001, 120),
        "Enter a time between 0.001 and 120 seconds",
        help_text="p95 of the time to the first token",
    )
    volume = _number(
        *("Monthly volume", 1, 1e10, "Enter how many requests you expect in a month"),
        whole=True,
    )
    peak = _number(
        *("Peak load", 0.0001, 10_000),
        "Enter a peak of at most 10,000 requests a second",
        help_text="Busiest minute of a normal day",
    )
    load_profile = forms.ChoiceField(
        label="Load profile", choices=PROFILES, required=False
    )
    hourly = HourlyField(
        label="Hourly values",
        help_text="Load of each hour, Monday 0:00 first, in any unit",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )
    context = _number(
        *("Longest input", 128, 1_000_000),
        "Enter a length between 128 and 1,000,000 tokens",
        whole=True,
        help_text="Prompt and text together",
    )
    input_tokens = _number(
        *("Typical input", 1, 1_000_000, "Enter between 1 and 1,000,000 tokens"),
        whole=True,
        help_text="Refined from your samples later",
    )
    output_tokens = _number(
        *("Typical output", 1, 32_000, "Enter between 1 and 32,000 tokens"),
        whole=True,
        help_text="Refined from your samples later",
    )
    budget = _number(
        *("Monthly budget for inference", 0, 1e9, "Enter an amount of 0 or more"),
        help_text="Machine hours or API fees. Staff and network are not counted.",
    )
    memory = _number(
        *("Memory", 0.01, 10_000, "Enter between 0.01 and 10,000 GB"),
        help_text="What the model's process may take",
    )
    hosting = forms.MultipleChoiceField(
        label="Where may it run?",
        help_text="None chosen: anywhere.",
        choices=HOSTING,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    local_only = forms.BooleanField(
        label="Nothing may leave this network",
        help_text="Only models here and servers that the operator allows",
        required=False,
    )
    residency = forms.ChoiceField(
        label="Data residency", choices=RESIDENCIES, required=False
    )
    country = forms.RegexField(
        r"^[A-Za-z]{2}$",
        label="Country",
        help_text="Two letters, such as DE",
        required=False,
        error_messages={"invalid": "Enter the two letters of a country, such as DE"},
    )
    personal_data = forms.ChoiceField(
        label="Personal data in the text", choices=PERSONAL_DATA, required=False
    )
    hardware = forms.MultipleChoiceField(
        label="Hardware you can use",
        help_text="Only these are considered and priced. None chosen: any.",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    licence_use = forms.ChoiceField(
        label="Licence must allow",
        help_text="Goes on the report; the list beside it decides",
        choices=LICENCE_USES,
        required=False,
    )
    licences = LicencesField(
        label="Allowed licences",
        help_text="With commas between, such as Apache-2.0, MIT",
        required=False,
    )
    languages = LanguagesField(
        label="Languages",
        help_text="Names or codes, with commas between",
        required=False,
        widget=forms.TextInput(attrs={"list": "languages"}),
    )
    labelled_examples = _number(
        *("Labelled examples", 0, 1e9, "Enter 0 or more"),
        whole=True,
        help_text="What you could train on. Not used in the run.",
    )
    unlabelled_texts = _number(
        *("Unlabelled texts", 0, 1e9, "Enter 0 or more"),
        whole=True,
        help_text="They decide which techniques are advised.",
    )
