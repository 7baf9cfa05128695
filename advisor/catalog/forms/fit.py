"""For what work is memory asked? Precision, lengths, how many at once, at what rate."""

from collections.abc import Mapping
from typing import ClassVar

from django import forms

from advisor.sizing.memory import Work
from advisor.web.forms import HouseForm
from advisor.web.number_field import NumberField

PRECISIONS = (
    ("bf16", "BF16"),
    ("fp8", "FP8"),
    ("int8", "INT8"),
    ("int4", "INT4"),
    ("q4_k_m", "Q4_K_M"),
    ("fp32", "FP32"),
)
DEFAULTS: Mapping[str, str] = {
    "precision": "fp8",
    "prompt": "1,024",
    "output": "256",
    "parallel": "16",
    "rate": "1",
}


class FitForm(HouseForm):
    """What a machine would have to hold and to carry."""

    affixes: ClassVar[dict[str, tuple[str, str]]] = {
        "prompt": ("", "tokens"),
        "output": ("", "tokens"),
        "parallel": ("", "requests"),
        "rate": ("", "requests/s"),
    }

    precision = forms.ChoiceField(label="Precision", choices=PRECISIONS)
    prompt = NumberField(
        label="Input",
        low=1,
        high=1_000_000,
        whole=True,
        message="Enter a length between 1 and 1,000,000 tokens",
    )
    output = NumberField(
        label="Output",
        low=1,
        high=32_000,
        whole=True,
        message="Enter a length between 1 and 32,000 tokens",
    )
    parallel = NumberField(
        label="At once",
        low=1,
        high=1024,
        whole=True,
        message="Enter between 1 and 1,024 requests at once",
    )
    rate = NumberField(
        label="Peak load",
        low=0.01,
        high=10_000,
        message="Enter between 0.01 and 10,000 requests a second",
    )

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "FitForm":
        """Return the form for what an address asks, with the usual values else."""
        given = {name: query[name] for name in DEFAULTS if query.get(name)}
        return cls({**DEFAULTS, **given})

    def work(self, part: int) -> Work:
        """Return the work; prompts are read ``part`` tokens at a time."""
        values = self.cleaned_data
        return Work(
            prompt_tokens=values["prompt"],
            output_tokens=values["output"],
            sequences=values["parallel"],
            chunk=part,
        )
