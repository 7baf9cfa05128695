"""Which scorers are there, and how is one built from a setup?

A setup names a scorer (``exact_match``), gives options with it
(``{name: numeric, tolerance: 0.01}``) or lists several with weights. Adding a scorer is
one file and one line of ``SCORERS``.
"""

import dataclasses
import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence

from advisor.scoring.base import OptionProblem, Scorer, ScorerInvalid, excerpt
from advisor.scoring.chrf import Chrf
from advisor.scoring.contains import Contains
from advisor.scoring.edit_similarity import EditSimilarity
from advisor.scoring.exact_match import ExactMatch
from advisor.scoring.expected import accepted_texts
from advisor.scoring.json_fields import JsonFields
from advisor.scoring.json_valid import JsonValid
from advisor.scoring.label_accuracy import LabelAccuracy
from advisor.scoring.labels import SetScore, macro_f1, shape
from advisor.scoring.multiple_choice import MultipleChoice
from advisor.scoring.normalised_text import NormalisedText
from advisor.scoring.numeric import Numeric
from advisor.scoring.options import option_problems, options_of
from advisor.scoring.regular_expression import RegularExpression
from advisor.scoring.rouge_l import RougeL
from advisor.scoring.weighted import Weighted

Spec = str | Mapping[str, object] | Sequence[object]

SCORERS: dict[str, Callable[..., Scorer]] = {
    "exact_match": ExactMatch,
    "normalised_text": NormalisedText,
    "contains": Contains,
    "regex": RegularExpression,
    "numeric": Numeric,
    "multiple_choice": MultipleChoice,
    "label_accuracy": LabelAccuracy,
    "json_valid": JsonValid,
    "json_fields": JsonFields,
    "rouge_l": RougeL,
    "chrf": Chrf,
    "edit_similarity": EditSimilarity,
}


def scorer(spec: Spec) -> Scorer:
    """Build the scorer that ``spec`` names; raises ScorerInvalid with all problems."""
    if isinstance(spec, str):
        return _one({"name": spec})
    if isinstance(spec, Mapping):
        return _one(spec)
    return _several(spec)


def describe(built: Scorer) -> dict[str, object]:
    """Return the scorer as plain values: name, version and every option.

    Equal descriptions score alike, so this is what the rule hash covers.
    """
    if isinstance(built, Weighted):
        parts = [{"weight": w / built.total, **describe(p)} for w, p in built.parts]
        return {"name": built.name, "version": built.version, "parts": parts}
    names = options_of(type(built))
    options = {name: getattr(built, name) for name in names}
    plain = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in options.items()
    }
    return {"name": built.name, "version": built.version, **plain}


def set_scores(built: Scorer, pairs: Iterable[tuple[str, object]]) -> list[SetScore]:
    """Return the scores that only a whole set of (answer, expected) pairs has.

    Reported, never deciding; empty for scorers that have none.
    """
    if not isinstance(built, LabelAccuracy):
        return []
    named: list[tuple[str | None, str]] = []
    for answer, expected in pairs:
        got = built.label_of(answer)
        wanted = [shape(text) for text in accepted_texts(expected)]
        right = got is not None and shape(got) in wanted
        label = shape(got) if right and got is not None else next(iter(wanted), "")
        named.append((shape(got) if got is not None else None, label))
    found = macro_f1(named)
    return [found] if found else []


def _several(specs: Sequence[object]) -> Scorer:
    problems: list[OptionProblem] = []
    parts: list[tuple[float, Scorer]] = []
    for position, spec in enumerate(specs):
        options = {"name": spec} if isinstance(spec, str) else spec
        if not isinstance(options, Mapping):
            problems.append(_not_a_scorer(str(position), spec))
            continue
        weight = options.get("weight", 1.0)
        rest = {key: value for key, value in options.items() if key != "weight"}
        if isinstance(weight, bool) or not isinstance(weight, int | float):
            problems.append(_not_a_weight(f"{position}.weight", weight))
            weight = 1.0
        try:
            parts.append((float(weight), _one(rest)))
        except ScorerInvalid as error:
            for p in error.problems:
                key = f"{position}.{p.key}"
                problems.append(dataclasses.replace(p, key=key))
    if not specs:
        problems.append(_not_a_scorer("0", None))
    if problems:
        raise ScorerInvalid(problems)
    weighted = Weighted(tuple(parts))
    return parts[0][1] if len(parts) == 1 else weighted


def _one(spec: Mapping[str, object]) -> Scorer:
    name = spec.get("name")
    if not isinstance(name, str) or name not in SCORERS:
        raise ScorerInvalid([_unknown(name)])
    options = {key: value for key, value in spec.items() if key != "name"}
    kind = SCORERS[name]
    problems, clean = option_problems(kind, options)
    if problems:
        raise ScorerInvalid(problems)
    return kind(**clean)


def _unknown(name: object) -> OptionProblem:
    near = difflib.get_close_matches(str(name), SCORERS, 1)
    hint = f"Did you mean {near[0]}? " if near else ""
    remedy = f"{hint}Known scorers: {', '.join(SCORERS)}."
    return OptionProblem(
        "name", excerpt(repr(name)), "There is no such scorer.", remedy
    )


def _not_a_scorer(key: str, given: object) -> OptionProblem:
    remedy = "List names, or {name: ..., weight: ...}."
    return OptionProblem(key, excerpt(repr(given)), "This is no scorer.", remedy)


def _not_a_weight(key: str, given: object) -> OptionProblem:
    remedy = "Give a number, such as 20."
    return OptionProblem(key, excerpt(repr(given)), "A weight is a number.", remedy)
