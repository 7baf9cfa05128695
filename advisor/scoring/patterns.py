"""How is a user's regular expression run without letting it run for ever?

A pattern with a repeat inside a repeat, such as ``(a+)+``, can take exponential time
on a short text. Three guards: such patterns are refused when the scorer is built, the
pattern and the text have a length limit, and the ``regex`` engine ends a search after
a fixed time. ``^`` and ``$`` match at every line, as answers have several lines.
"""

from typing import Any

import regex

from advisor.scoring.base import ANSWER_LIMIT, refuse

PATTERN_LIMIT = 500  # characters; longer ones are programs, not patterns
SECONDS = 1.0
MANY = 20  # a counted repeat from here on is treated like an unbounded one


class PatternSlow(Exception):
    """A search was ended because it took too long."""


def compile_pattern(pattern: str, *, ignore_case: bool, key: str = "pattern") -> Any:
    """Return the compiled pattern; raises ScorerInvalid naming ``key``."""
    if not pattern or len(pattern) > PATTERN_LIMIT:
        wrong = f"A pattern has 1 to {PATTERN_LIMIT} characters."
        raise refuse(key, pattern, wrong, "Give a shorter one.")
    if repeats_a_repeat(pattern):
        wrong = (
            "It repeats a group that already holds a repeat, which can run for ever."
        )
        raise refuse(key, pattern, wrong, "Repeat only once, as in (?:word )+.")
    flags = regex.MULTILINE | (regex.IGNORECASE if ignore_case else 0)
    try:
        return regex.compile(pattern, flags)
    except regex.error as error:
        wrong = f"This is not a regular expression: {error}."
        raise refuse(key, pattern, wrong, "Correct it.") from error


def extract(
    compiled: Any, answer: str, *, last: bool, seconds: float = SECONDS
) -> str | None:
    """Return what the last (or first) match holds: its first filled group, or all.

    A match of nothing, as of ``.*`` at the end of a line, counts where there is no
    other. Returns None without a match; raises PatternSlow when the search takes too
    long.
    """
    found = None
    try:
        for match in compiled.finditer(answer[:ANSWER_LIMIT], timeout=seconds):
            empty = not match.group() and not any(match.groups())
            if found is None or not empty:
                found = match
            if not last and not empty:
                break
    except TimeoutError as error:
        raise PatternSlow(f"The pattern took longer than {seconds:g} s.") from error
    if found is None:
        return None
    filled = [group for group in found.groups() if group is not None]
    return str(filled[0] if filled else found.group())


def repeats_a_repeat(pattern: str) -> bool:
    """Return True when an unbounded repeat encloses another one."""
    open_groups = [False]
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 1
        elif char == "[":
            at = _end_of_set(pattern, at)
        elif char == "(":
            open_groups.append(False)
        elif char == ")" and len(open_groups) > 1:
            inner = open_groups.pop()
            if inner and _is_unbounded(pattern, at + 1):
                return True
            open_groups[-1] = open_groups[-1] or inner
        elif _is_unbounded(pattern, at) and at > 0:
            open_groups[-1] = True
        at += 1
    return False


def _end_of_set(pattern: str, at: int) -> int:
    end = at + 1
    if pattern[end : end + 1] == "^":
        end += 1
    end += 1
    while end < len(pattern) and pattern[end] != "]":
        end += 2 if pattern[end] == "\\" else 1
    return end


def _is_unbounded(pattern: str, at: int) -> bool:
    if pattern[at : at + 1] in ("*", "+"):
        return True
    counted = regex.match(r"\{(\d*),?(\d*)\}", pattern[at:])
    if counted is None or not pattern[at:].startswith("{"):
        return False
    return "," in counted.group() and int(counted.group(2) or MANY) >= MANY
