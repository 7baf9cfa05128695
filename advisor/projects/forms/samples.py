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
PLACES = ("", "_2", "_3")
MORE = PLACES[1:]
# The score that a kind of task starts with.
USUAL = {
    "classification": "exact_match",
    "extraction": "json_fields",
    "summary": "rouge_l",
    "grounded_answers": "contains",
    "drafting": "chrf",
    "translation": "chrf",
    "code": "edit_similarity",
    "tool_calls": "json_fields",
}
EXAMPLE = '{"pattern": "x"}'
EXAMPLE_OF_SEVERAL = '[{"name": "contains", "weight": 1}]'


def _weight(which: str) -> NumberField:
    return NumberField(
        label=f"Weight of the {which}",
        low=0.1,
        high=100,
        message="Enter a weight between 0.1 and 100%",
        required=False,
    )


def _another(label: str) -> forms.ChoiceField:
    choices = (("", "None"), *SCORERS[:-1])
    return forms.ChoiceField(label=label, choices=choices, required=False)


class ScoringForm(HouseForm):
    """The prompt, the scorer with its options, and the length of an answer."""

    affixes: ClassVar[dict[str, tuple[str, str]]] = {
        "max_output_tokens": ("", "tokens"),
        **{f"weight{place}": ("", "%") for place in PLACES},
    }
    no_optional: ClassVar[frozenset[str]] = frozenset(
        {
            "weight",
            *(f"{name}{place}" for place in MORE for name in ("scorer", "weight")),
        }
    )

    prompt = forms.CharField(
        label="Prompt",
        help_text="{input} stands where the sample goes. Chat models get their chat"
        " template around it.",
        widget=forms.Textarea(attrs={"rows": 4}),
        strip=False,
        max_length=100_000,
        error_messages={"max_length": "Shorten it to 100,000 characters"},
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

    weight = _weight("first")
    scorer_2 = _another("Second score")
    weight_2 = _weight("second")
    scorer_3 = _another("Third score")
    weight_3 = _weight("third")

    @property
    def parts(self) -> list[Any]:
        """The further scores and their weights, each score beside its weight."""
        return [
            self[f"{name}{place}"] for place in MORE for name in ("scorer", "weight")
        ]

    @property
    def is_weighted(self) -> bool:
        """Whether more than one score is chosen, or something is wrong with one."""
        names = [f"{name}{place}" for place in MORE for name in ("scorer", "weight")]
        return any(self[name].value() for name in names) or "weight" in self.errors

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
        self._check_weights()
        if "options" in values and "scorer" in values:
            try:
                scorer(self.spec())
            except ScorerInvalid as error:
                for problem in error.problems:
                    told = f"{problem.wrong.rstrip('.')}. {problem.remedy}"
                    self.add_error("options", ValidationError(told))
        return values

    def _check_weights(self) -> None:
        """Ask for weights that add up to 100% where there are several scores."""
        weights = self._weights()
        given = [one for one in weights if one is not None]
        if len(weights) > 1 and given and round(sum(given), 3) != 100:
            told = f"Weights add up to {sum(given):g}%. Make them 100%"
            self.add_error("weight", ValidationError(told))

    def _weights(self) -> list[float | None]:
        """Return the weight of each chosen score, None where it was not typed."""
        values = self.cleaned_data
        chosen = [place for place in PLACES if values.get(f"scorer{place}")]
        return [values.get(f"weight{place}") for place in chosen]

    def spec(self) -> Any:
        """Return the scorer as the document holds it; weights start equal."""
        values = self.cleaned_data
        name, options = values["scorer"], values["options"]
        if name == SEVERAL:
            return options
        more = [values[f"scorer{one}"] for one in MORE if values.get(f"scorer{one}")]
        if not more:
            return {"name": name, **options} if options else name
        typed = self._weights()
        even = round(100 / len(typed), 6)
        weights = [even if one is None else one for one in typed]
        parts: list[dict[str, Any]] = [{"name": name, **options}]
        parts += [{"name": one} for one in more]
        return [
            {**part, "weight": weight}
            for part, weight in zip(parts, weights, strict=True)
        ]

    @staticmethod
    def initial_from(document: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the form shows of a stored document."""
        stored = document.get("scorer") or _usual(document.get("task_kinds"))
        name, options = _split(stored)
        return {
            **_parts_of(stored),
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


def _usual(kinds: Any) -> str:
    """Return the score that suits the first kind of task, where it is known."""
    return next((USUAL[kind] for kind in kinds or () if kind in USUAL), "exact_match")


def _plain_parts(stored: Any) -> list[dict[str, Any]]:
    """Return the parts of a stored list that the fields can show; none otherwise."""
    if not isinstance(stored, list) or not 1 < len(stored) <= len(PLACES):
        return []
    parts: list[dict[str, Any]] = [
        {"name": one} if isinstance(one, str) else dict(one) for one in stored
    ]
    simple = all(set(one) <= {"name", "weight"} for one in parts[1:])
    whole = round(sum(one.get("weight", 0.0) for one in parts), 3) == 100
    return parts if simple and whole else []


def _parts_of(stored: Any) -> dict[str, Any]:
    """Return what the fields of several scores show."""
    shown: dict[str, Any] = {}
    for place, one in zip(PLACES, _plain_parts(stored), strict=False):
        shown[f"weight{place}"] = one["weight"]
        shown[f"scorer{place}"] = one["name"]
    return shown


def _split(stored: Any) -> tuple[str, Any]:
    """Return a stored scorer as the name that is chosen and its options."""
    parts = _plain_parts(stored)
    if parts:
        first = {key: one for key, one in parts[0].items() if key != "weight"}
        return _split(first)
    if isinstance(stored, Mapping):
        options = {key: value for key, value in stored.items() if key != "name"}
        return str(stored.get("name", "exact_match")), options
    return (SEVERAL, stored) if isinstance(stored, list) else (str(stored), None)
