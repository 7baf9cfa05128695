"""Step 3: how are the samples asked, and how are the answers scored?"""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from advisor.projects.forms.numbers import NumberField
from advisor.projects.parsing.json_values import JsonWrong, read_json
from advisor.scoring.base import ScorerInvalid
from advisor.scoring.registry import scorer
from advisor.web.forms import HouseForm

SEVERAL = "several"
SCORERS = (
    ("exact_match", "Exact match"),
    ("normalised_text", "Same text, but for case and punctuation"),
    ("contains", "Contains the expected text"),
    ("regex", "Regular expression"),
    ("numeric", "Number, within a tolerance"),
    ("multiple_choice", "Multiple choice"),
    ("label_accuracy", "Label"),
    ("json_valid", "Valid JSON"),
    ("json_fields", "JSON field F1"),
    ("rouge_l", "Text overlap, ROUGE-L"),
    ("chrf", "Text overlap, chrF"),
    ("edit_similarity", "Edit similarity"),
    (SEVERAL, "Several, weighted"),
)
EXAMPLE = '{"pattern": "x"}'
EXAMPLE_OF_SEVERAL = '[{"name": "contains", "weight": 1}]'


class ScoringForm(HouseForm):
    """The prompt, the scorer with its options, and the length of an answer."""

    affixes: ClassVar[dict[str, tuple[str, str]]] = {
        "max_output_tokens": ("", "tokens")
    }

    prompt = forms.CharField(
        label="Prompt",
        help_text="{input} stands where the sample goes. Chat models get their chat"
        " template around it.",
        widget=forms.Textarea(attrs={"rows": 4}),
        strip=False,
        initial="{input}",
    )
    scorer = forms.ChoiceField(label="Score", choices=SCORERS)
    options = forms.CharField(
        label="Options of the score",
        help_text='As JSON, such as {"pattern": "A:\\\\s*(.+)$"} or'
        ' {"labels": ["a", "b"]}',
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    max_output_tokens = NumberField(
        label="Longest answer",
        low=1,
        high=32_000,
        whole=True,
        message="Enter between 1 and 32,000 tokens",
        initial=256,
    )

    def clean_prompt(self) -> str:
        """Ask for the place of the input."""
        prompt: str = self.cleaned_data["prompt"].replace("\r\n", "\n")
        if "{input}" not in prompt:
            raise ValidationError("Put {input} where the sample belongs")
        return prompt

    def clean_options(self) -> Any:
        """Return the options as a mapping, of several scorers as a list."""
        text = self.cleaned_data["options"].strip()
        several = self.cleaned_data.get("scorer") == SEVERAL
        kind, example = (list, EXAMPLE_OF_SEVERAL) if several else (dict, EXAMPLE)
        try:
            options = read_json(text) if text else kind()
        except JsonWrong as error:
            told = f"This is not JSON: {error.wrong}. Write it like {example}"
            raise ValidationError(told) from None
        if not isinstance(options, kind):
            raise ValidationError(f"Write it like {example}")
        return options

    def clean(self) -> dict[str, Any]:
        """Try the scorer with its options; its own words say what is wrong."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "options" in values and "scorer" in values:
            try:
                scorer(self.spec())
            except ScorerInvalid as error:
                for problem in error.problems:
                    told = f"{problem.wrong.rstrip('.')}. {problem.remedy}"
                    self.add_error("options", ValidationError(told))
        return values

    def spec(self) -> Any:
        """Return the scorer as the document holds it."""
        name, options = self.cleaned_data["scorer"], self.cleaned_data["options"]
        if name == SEVERAL:
            return options
        return {"name": name, **options} if options else name

    @staticmethod
    def initial_from(document: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the form shows of a stored document."""
        name, options = _split(document.get("scorer") or "exact_match")
        return {
            "prompt": document.get("prompt") or "{input}",
            "scorer": name,
            "options": json.dumps(options, ensure_ascii=False) if options else "",
            "max_output_tokens": document.get("max_output_tokens") or 256,
        }

    def into(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the document with prompt, scorer and length."""
        return {
            **document,
            "prompt": self.cleaned_data["prompt"],
            "scorer": self.spec(),
            "max_output_tokens": self.cleaned_data["max_output_tokens"],
        }


def _split(stored: Any) -> tuple[str, Any]:
    """Return a stored scorer as the name that is chosen and its options."""
    if isinstance(stored, Mapping):
        options = {key: value for key, value in stored.items() if key != "name"}
        return str(stored.get("name", "exact_match")), options
    return (SEVERAL, stored) if isinstance(stored, list) else (str(stored), None)
