"""Which fields has step 2, and in which units? Labels, hints and ranges."""

from typing import ClassVar

from django import forms

from advisor.projects.forms.numbers import NumberField
from advisor.web.forms import HouseForm

HOSTING = (
    ("device", "On the device\nLaptop, phone, edge box; works offline"),
    ("own_server", "On premises\nYour own servers"),
    ("private_cloud", "Private cloud\nYour account, your keys"),
    ("public_api", "Vendor API\nText leaves your network"),
)
PROFILES = (
    ("office_hours", "Office hours, 5 days"),
    ("even", "Even, day and night"),
    ("evenings_weekends", "Evenings and weekends"),
)


class LimitFields(HouseForm):
    """The fields alone; ``LimitsForm`` reads and writes documents."""

    columns: ClassVar[dict[str, int | str]] = {"hosting": 2}
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
        "output_tokens": ("", "tokens"),
        "labelled_examples": ("", "examples"),
        "unlabelled_texts": ("", "texts"),
    }

    margin = NumberField(
        label="Quality margin",
        help_text="Points of score that a candidate may lose against the reference."
        " The smaller, the more samples it takes.",
        low=0.5,
        high=30,
        message="Enter a margin between 0.5 and 30 points",
        required=False,
    )
    minimum = NumberField(
        label="Minimum quality",
        help_text="Score that a candidate must reach by itself. Empty for none.",
        low=0,
        high=100,
        message="Enter a score between 0 and 100 points",
        required=False,
    )
    p95 = NumberField(
        label="Slowest acceptable answer",
        help_text="p95: 95 of 100 answers are faster",
        low=0.001,
        high=120,
        message="Enter a time between 0.001 and 120 seconds",
        required=False,
    )
    ttft = NumberField(
        label="Slowest first word",
        help_text="p95 of the time to the first token",
        low=0.001,
        high=120,
        message="Enter a time between 0.001 and 120 seconds",
        required=False,
    )
    volume = NumberField(
        label="Monthly volume",
        low=1,
        high=1e10,
        whole=True,
        message="Enter how many requests you expect in a month",
        required=False,
    )
    peak = NumberField(
        label="Peak load",
        help_text="Busiest minute of a normal day",
        low=0.0001,
        high=10_000,
        message="Enter a peak of at most 10,000 requests a second",
        required=False,
    )
    load_profile = forms.ChoiceField(
        label="Load profile", choices=PROFILES, required=False
    )
    context = NumberField(
        label="Longest input",
        help_text="Prompt and text together",
        low=128,
        high=1_000_000,
        whole=True,
        message="Enter a length between 128 and 1,000,000 tokens",
        required=False,
    )
    output_tokens = NumberField(
        label="Typical output",
        low=1,
        high=32_000,
        whole=True,
        message="Enter between 1 and 32,000 tokens",
        required=False,
    )
    budget = NumberField(
        label="Monthly budget for inference",
        help_text="Machine hours or API fees. Staff and network are not counted.",
        low=0,
        high=1e9,
        message="Enter an amount of 0 or more",
        required=False,
    )
    memory = NumberField(
        label="Memory",
        help_text="What the model's process may take",
        low=0.01,
        high=10_000,
        message="Enter between 0.01 and 10,000 GB",
        required=False,
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
        help_text="Only models here and servers the operator allows",
        required=False,
    )
    licences = forms.CharField(
        label="Licences",
        help_text="Allowed ones, with commas between, such as apache-2.0, mit",
        required=False,
    )
    languages = forms.CharField(
        label="Languages",
        help_text="Needed ones as codes, with commas between, such as en, de",
        required=False,
    )
    labelled_examples = NumberField(
        label="Labelled examples",
        low=0,
        high=1e9,
        whole=True,
        message="Enter 0 or more",
        required=False,
    )
    unlabelled_texts = NumberField(
        label="Unlabelled texts",
        low=0,
        high=1e9,
        whole=True,
        message="Enter 0 or more",
        required=False,
    )
