"""For what work is memory asked? Precision, lengths, how many at once, at what rate."""

from collections.abc import Mapping

from django import forms

from advisor.sizing.memory import Work
from advisor.web.forms import HouseForm
from advisor.web.number_field import measure_field, whole_field

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

    precision = forms.ChoiceField(label="Precision", choices=PRECISIONS)
    prompt = whole_field(
        *("Input", 1, 1_000_000, "Enter a length between 1 and 1,000,000 tokens"),
        after="tokens",
    )
    output = whole_field(
        *("Output", 1, 32_000, "Enter a length between 1 and 32,000 tokens"),
        after="tokens",
    )
    parallel = whole_field(
        *("At once", 1, 1024, "Enter between 1 and 1,024 requests at once"),
        after="requests",
    )
    rate = measure_field(
        *("Peak load", 0.01, 10_000, "Enter between 0.01 and 10,000 requests a second"),
        unit=("", "requests/s"),
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
