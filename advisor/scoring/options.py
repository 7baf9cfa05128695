"""Do the options given for a scorer fit the fields it has?"""

import dataclasses
import difflib
import types
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

from advisor.scoring.base import OptionProblem, excerpt


def options_of(kind: Any) -> dict[str, "dataclasses.Field[Any]"]:
    """Return the option fields of a scorer class by name."""
    return {field.name: field for field in dataclasses.fields(kind) if field.init}


def option_problems(
    kind: Any, given: Mapping[str, object]
) -> tuple[list[OptionProblem], dict[str, object]]:
    """Return everything wrong with ``given`` options, and the clean values."""
    fields = options_of(kind)
    problems: list[OptionProblem] = []
    clean: dict[str, object] = {}
    for key, value in given.items():
        if key not in fields:
            problems.append(_unknown(key, value, list(fields)))
            continue
        fits, converted = _convert(value, fields[key].type)
        clean[key] = converted
        if not fits:
            shown = excerpt(repr(value))
            words = f"Give {_words(fields[key].type)}."
            problems.append(OptionProblem(key, shown, "It has the wrong kind.", words))
    for key, field in fields.items():
        needed = field.default is dataclasses.MISSING
        if needed and key not in given:
            remedy = f"Add {key}."
            problems.append(OptionProblem(key, "nothing", "It is needed.", remedy))
    return problems, clean


def _unknown(key: str, value: object, known: list[str]) -> OptionProblem:
    near = difflib.get_close_matches(key, known, 1)
    hint = f"Did you mean {near[0]}? " if near else ""
    options = ", ".join(known) or "none"
    remedy = f"{hint}Options of this scorer: {options}."
    return OptionProblem(key, excerpt(repr(value)), "There is no such option.", remedy)


def _convert(value: object, kind: Any) -> tuple[bool, object]:
    if isinstance(kind, types.UnionType):
        if value is None:
            return True, None
        return _convert(value, next(k for k in get_args(kind) if k is not type(None)))
    if get_origin(kind) is Literal:
        # 2.0 equals 2, and is no order of anything.
        kinds = {type(choice) for choice in get_args(kind)}
        return type(value) in kinds and value in get_args(kind), value
    if get_origin(kind) is tuple:
        fits = isinstance(value, list | tuple) and all(
            isinstance(v, str) for v in value
        )
        return fits, tuple(value) if isinstance(value, list | tuple) else value
    if get_origin(kind) is Mapping:
        return isinstance(value, Mapping), value
    if kind is float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number, float(value) if isinstance(value, int | float) else value
    return isinstance(value, kind) and (kind is bool) == isinstance(value, bool), value


def _words(kind: Any) -> str:
    if isinstance(kind, types.UnionType):
        kind = next(k for k in get_args(kind) if k is not type(None))
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(repr(choice) for choice in get_args(kind))
    if get_origin(kind) is tuple:
        return "a list of texts"
    if get_origin(kind) is Mapping:
        return "an object"
    return {bool: "true or false", float: "a number", str: "a text"}[kind]
