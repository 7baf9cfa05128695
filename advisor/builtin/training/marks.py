"""How does a written text remember which parts of it the answer needs?

A filler writes its value between private characters together with its kind and its
standard form. From one marked text come the text as people read it, the same text with
kinds in place of values, and the standard forms by kind.
"""

import re
from collections.abc import Mapping

_OPEN, _BAR, _CLOSE = "\ue000", "\ue001", "\ue002"
_MARK = re.compile(f"{_OPEN}([^{_BAR}]*){_BAR}([^{_BAR}]*){_BAR}([^{_CLOSE}]*){_CLOSE}")


def marked(kind: str, text: str, standard: str = "") -> str:
    """Write `text` so that it is known to be of a kind and to mean `standard`."""
    return f"{_OPEN}{kind}{_BAR}{text}{_BAR}{standard or text}{_CLOSE}"


def plain(text: str) -> str:
    """Take the marks away."""
    return _MARK.sub(lambda match: match[2], text)


def replaced(text: str, names: Mapping[str, str]) -> str:
    """Put a name in place of every marked part of a kind in `names`."""
    return _MARK.sub(lambda match: names.get(match[1], match[2]), text)


def standards(text: str) -> dict[str, str]:
    """Find the standard form of every kind; the last one of a kind counts."""
    return {match[1]: match[3] for match in _MARK.finditer(text)}
