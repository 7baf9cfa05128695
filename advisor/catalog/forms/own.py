"""What does a team say of a model or a machine of its own?"""

import json
import re
from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from advisor.catalog.facts.hub import config_facts
from advisor.catalog.forms.prices import day_field
from advisor.catalog.services.own import slug_of
from advisor.engines.text import StrictJsonError, read_json
from advisor.sizing import naming
from advisor.web.forms import HouseForm
from advisor.web.number_field import measure_field, whole_field

LANGUAGE = re.compile(r"[a-z]{2,3}")
LONGEST_CONFIG = 64 * 1024
KINDS = (
    ("gpu", "GPU"),
    ("accelerator", "Accelerator"),
    ("cpu", "CPU server"),
    ("edge", "Edge device"),
    ("unified-memory soc", "Unified memory"),
)


class OwnForm(HouseForm):
    """What every own row has: a name that is free, and who says so since when."""

    taken: Collection[str] = ()
    noun = "model"

    name = forms.CharField(label="Name", min_length=2, max_length=120)
    told = forms.CharField(
        label="Source of these facts",
        max_length=400,
        help_text="Model card, data sheet or contract, so that others can look it up",
    )
    as_of = day_field("Checked on", hint="The day on which somebody looked it up")

    def clean_name(self) -> str:
        """Refuse a name that another row of the team has."""
        name: str = self.cleaned_data["name"]
        slug = slug_of(name)
        if not slug:
            raise ValidationError("Enter a name with letters or digits")
        if slug in self.taken:
            told = f"Your team has a {self.noun} called {name}. Choose a different name"
            raise ValidationError(told)
        return name


class CardForm(OwnForm):
    """A model: a private one, or a team's own word on a shared one."""

    field_order = (
        *("name", "family", "source", "revision", "parameters", "context_tokens"),
        *("licence", "languages", "chat_format", "config", "told", "as_of"),
    )

    family = forms.CharField(label="Family", max_length=60, required=False)
    source = forms.CharField(
        label="Weights",
        max_length=400,
        required=False,
        help_text="Hub id, or a folder that the operator allows. Empty: behind an"
        " endpoint only.",
    )
    revision = forms.CharField(
        label="Revision",
        max_length=64,
        required=False,
        help_text="Commit or version of the weights, so that a change is noticed",
    )
    parameters = whole_field(
        *("Parameters", 1, 10**14),
        "Enter a whole number of parameters, such as 4,022,468,096",
        required=False,
    )
    context_tokens = whole_field(
        *("Context", 1, 100_000_000),
        "Enter a whole number of tokens, such as 32,768",
        after="tokens",
        required=False,
    )
    licence = forms.CharField(
        label="Licence", max_length=80, required=False, help_text="Such as Apache-2.0"
    )
    languages = forms.CharField(
        label="Languages",
        max_length=400,
        required=False,
        help_text="Two-letter codes with commas between, such as en, de",
    )
    chat_format = forms.CharField(
        label="Chat format",
        max_length=80,
        required=False,
        help_text="Such as chatml, or none for a base model",
    )
    config = forms.CharField(
        label="config.json",
        required=False,
        max_length=LONGEST_CONFIG,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="Paste the model's configuration: memory is calculated from it",
    )

    def clean_languages(self) -> list[str]:
        """Return the codes; every wrong one is named."""
        text: str = self.cleaned_data["languages"].lower()
        codes = [one for one in re.split(r"[,;\s]+", text) if one]
        wrong = [one for one in codes if not LANGUAGE.fullmatch(one)]
        if wrong:
            named = ", ".join(f"“{one}”" for one in wrong[:5])
            told = f"Enter two-letter codes such as en; {named} is none"
            raise ValidationError(told)
        return list(dict.fromkeys(codes))

    def clean_licence(self) -> str:
        """Return the licence as limits write it: its id, else in lower case."""
        return naming.licence_id(str(self.cleaned_data["licence"]).strip()).lower()

    def clean_config(self) -> dict[str, Any]:
        """Return the facts of a configuration, none where nothing was pasted."""
        text = self.cleaned_data["config"].strip()
        if not text:
            return {}
        try:
            found = read_json(text)
        except (StrictJsonError, json.JSONDecodeError):
            found = None
        facts = config_facts(found) if isinstance(found, dict) else {}
        if "layers" not in facts:
            told = "Paste a whole config.json, with num_hidden_layers in it"
            raise ValidationError(told)
        return facts

    def values(self) -> dict[str, Any]:
        """Return what was typed, as the services take it."""
        values = dict(self.cleaned_data)
        shape = values.pop("config")
        context = shape.pop("context_tokens", None)
        values["context_tokens"] = values["context_tokens"] or context
        return {**values, "shape": shape}


class HardwareForm(OwnForm):
    """A machine: your own, or your own price and facts of a shared one."""

    noun = "machine"
    field_order = (
        *("name", "kind", "memory_gb", "memory_bandwidth_gbs", "tflops_bf16_dense"),
        *("tdp_w", "price_per_hour", "told", "as_of"),
    )

    kind = forms.ChoiceField(label="Kind", choices=KINDS)
    memory_gb = measure_field(
        *("Memory", 0.1, 100_000, "Enter the memory in GB, such as 24"),
        unit=("", "GB"),
        help_text="That a model may use: of the card, else of the machine",
    )
    memory_bandwidth_gbs = measure_field(
        *("Memory bandwidth", 0.1, 1_000_000),
        "Enter the bandwidth in GB/s, such as 300",
        unit=("", "GB/s"),
        required=False,
        help_text="Speed is estimated from it and from the arithmetic",
    )
    tflops_bf16_dense = measure_field(
        *("Arithmetic at 16 bits", 0.001, 1_000_000),
        "Enter dense TFLOPS at 16 bits, such as 121",
        unit=("", "TFLOPS"),
        required=False,
    )
    tdp_w = measure_field(
        *("Power", 0.1, 1_000_000, "Enter the power in watts, such as 72"),
        unit=("", "W"),
        required=False,
    )
    price_per_hour = measure_field(
        *("Price", 0, 100_000),
        "Enter dollars an hour, 0 for a machine that you own",
        unit=("$", "an hour"),
        required=False,
        help_text="0 where you own it and count no running price",
    )
