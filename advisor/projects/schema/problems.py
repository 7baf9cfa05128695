"""How is everything wrong with a setup told at once, each with its key and remedy?

SetupInvalid    a setup cannot be used; ``problems`` lists everything wrong
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from advisor.sizing.errors import Problem

__all__ = ["Problem", "SetupInvalid", "did_you_mean", "problems_from"]

KINDS = {
    "string_type": ("is not a text", "Give a text."),
    "string_unicode": (
        "holds half a character, which cannot be stored",
        "Remove it.",
    ),
    "int_type": ("is not a whole number", "Give a whole number."),
    "int_from_float": ("is not a whole number", "Give a whole number."),
    "float_type": ("is not a number", "Give a plain number."),
    "bool_type": ("is not true or false", "Use true or false."),
    "list_type": ("is not a list", "Write it like [a, b]."),
    "dict_type": ("is not a mapping", "Write it like {key: value}."),
    "model_type": (
        "is not a mapping of keys",
        "Write it like {id: a, engine: openai}.",
    ),
    "finite_number": ("is not a finite number", "Give a plain number."),
}
PATTERNS = {
    "id": "Use letters, digits, dots, dashes and underscores, at most 80.",
    "revision": "Pin the 40 hexadecimal digits of a commit.",
    "decide_by": "Write it like 2026-05-31.",
    "api_key_env": "Name an environment variable, such as QWEN_KEY.",
}


class SetupInvalid(ValueError):
    """A setup cannot be used; ``problems`` lists everything wrong at once.

    ``given`` is what was typed, as far as it could be read, so that a caller can look
    at the files it names too before it answers.
    """

    def __init__(
        self, problems: Sequence[Problem], given: Mapping[str, Any] | None = None
    ) -> None:
        self.problems = tuple(problems)
        self.given = dict(given or {})
        super().__init__("\n".join(str(problem) for problem in problems))


def did_you_mean(given: object, known: Iterable[str], otherwise: str = "") -> str:
    """Return the nearest known name as a question, else ``otherwise``."""
    near = get_close_matches(str(given), list(known), n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else otherwise


def problems_from(
    errors: Sequence[ErrorDetails], model_at: Mapping[str, type[BaseModel]]
) -> list[Problem]:
    """Return pydantic's errors in the words of this product.

    ``model_at`` gives the model of a path without its positions, so that an unknown
    key can be answered with the nearest known one.
    """
    return [_problem(error, model_at) for error in errors]


def _problem(error: ErrorDetails, model_at: Mapping[str, type[BaseModel]]) -> Problem:
    path = ".".join(str(part) for part in error["loc"])
    given = error["input"]
    kind = error["type"]
    if kind == "missing":
        return Problem(path, None, "is missing", "Add it.")
    if kind == "extra_forbidden":
        owner = ".".join(p for p in map(str, error["loc"][:-1]) if not p.isdigit())
        known = list(model_at[owner].model_fields)
        listed = f"Known keys: {', '.join(known)}."
        remedy = did_you_mean(error["loc"][-1], known, listed)
        return Problem(path, given, "is not a known key", remedy)
    if kind == "setup":
        told, _, remedy = error["msg"].partition("|")
        return Problem(path, given, told, remedy)
    wrong, remedy = _words(error)
    return Problem(path, given, wrong, remedy)


def _words(error: ErrorDetails) -> tuple[str, str]:
    kind = error["type"]
    context: dict[str, Any] = error.get("ctx", {})
    if kind in KINDS:
        return KINDS[kind]
    if kind == "literal_error":
        allowed = str(context["expected"]).replace("'", "").replace(" or ", ", ")
        remedy = did_you_mean(error["input"], allowed.split(", "), f"Use {allowed}.")
        return f"is not one of {allowed}", remedy
    if kind == "string_pattern_mismatch":
        key = str(error["loc"][-1])
        return "does not have the right form", PATTERNS.get(key, "Correct it.")
    if kind in ("too_short", "string_too_short"):
        least = context["min_length"]
        return "is too short", f"At least {least} is needed."
    if kind in ("too_long", "string_too_long"):
        return "is too long", f"{context['max_length']:,} is the limit."
    signs = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    for key, words in signs.items():
        if key in context:
            return "is out of range", f"Give {words} {context[key]:,}."
    return "cannot be read", f"{error['msg']}."
