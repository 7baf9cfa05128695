"""How is an answer read as JSON, strictly and without being led astray?

RFC 8259 and no more: no NaN, no Infinity, no key twice, at most 64 levels deep.
"""

import json
import re
from typing import Any

from advisor.scoring.base import ANSWER_LIMIT

DEPTH = 64
FENCE = re.compile(r"```[\w-]*[ \t]*\n(?P<body>.*?)```", re.DOTALL)


class JsonUnreadable(ValueError):
    """The text is not JSON; the message says why and where."""


def read_json(text: str, *, surrounded: bool = False) -> Any:
    """Return the JSON value of ``text``; raises JsonUnreadable.

    With ``surrounded`` the value may also stand in a Markdown fence or in prose: the
    first object or list that reads as JSON counts, but no piece of one that is cut
    off or refused.
    """
    if len(text) > ANSWER_LIMIT:
        raise JsonUnreadable(f"longer than {ANSWER_LIMIT:,} characters")
    try:
        return _loads(text)
    except JsonUnreadable:
        if not surrounded:
            raise
        found = _within(text)
        if found is None:
            raise
        return found[0]


def _within(text: str) -> tuple[Any] | None:
    fenced = FENCE.search(text)
    places = [fenced["body"]] if fenced else []
    starts = [m.start() for m in re.finditer(r"[{\[]", text)][:20]
    for place in places:
        try:
            return (_loads(place),)
        except JsonUnreadable:
            continue
    for start in starts:
        try:
            return (_checked(_decoder().raw_decode(text, start)[0]),)
        except json.JSONDecodeError as error:
            if _cut_off(text, error):
                return None
        except (JsonUnreadable, RecursionError):
            return None
    return None


def _cut_off(text: str, error: json.JSONDecodeError) -> bool:
    unfinished = error.msg.startswith("Unterminated")
    return unfinished or error.pos >= len(text.rstrip())


def _loads(text: str) -> Any:
    try:
        return _checked(_decoder().decode(text))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise JsonUnreadable(f"not JSON: {error.msg} at {where}") from error
    except RecursionError as error:
        raise JsonUnreadable(f"nested deeper than {DEPTH}") from error


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(
        object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise JsonUnreadable(f"key “{twice[:40]}” stands twice in one object")
    return result


def _constant(name: str) -> Any:
    raise JsonUnreadable(f"{name} is not JSON")


def _integer(digits: str) -> int:
    if len(digits) > 400:
        raise JsonUnreadable("a number of more than 400 digits")
    return int(digits)


def _checked(value: Any) -> Any:
    layer, depth = [value], 0
    while layer:
        depth += 1
        if depth > DEPTH:
            raise JsonUnreadable(f"nested deeper than {DEPTH}")
        layer = [child for node in layer for child in _children(node)]
    return value


def _children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []
