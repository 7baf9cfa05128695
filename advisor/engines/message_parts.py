"""What did a model write, and what did it think, in one message or a piece of one?

The interface promises text. Mistral's and other models that think send a list of parts
instead, each of a kind of its own: text, or thoughts.
"""

from collections.abc import Mapping
from typing import Any

from advisor.engines.base import Failure
from advisor.engines.safe_http import CallError


def bad(what: str, message: str) -> Failure:
    """Return the failure of an answer that breaks the interface."""
    return Failure(code=f"bad_response:{what}", kind="model", message=message)


def text_of(part: Mapping[str, Any], key: str) -> str:
    """Return the text of a field, empty where there is none.

    Raises:
        CallError: It is no text, and no list of parts.
    """
    value = part.get(key)
    if value is None:
        return ""
    if isinstance(value, list):
        return "".join(text_of(one, "text") for one in _parts(value, "text"))
    if not isinstance(value, str):
        told = f'The answer\'s "{key}" is not text but {type(value).__name__}.'
        raise CallError(bad("content", told))
    return value


def thought_of(part: Mapping[str, Any]) -> str:
    """Return what the model thought before it wrote, as far as it is told."""
    told = part.get("reasoning_content") or part.get("reasoning")
    if isinstance(told, str):
        return told
    content = part.get("content")
    listed = _parts(content, "thinking") if isinstance(content, list) else []
    return "".join(text_of(one, "thinking") for one in listed)


def _parts(listed: list[Any], kind: str) -> list[Mapping[str, Any]]:
    if not all(isinstance(one, dict) for one in listed):
        raise CallError(bad("content", "A part of the answer is not an object."))
    return [one for one in listed if one.get("type") == kind]
