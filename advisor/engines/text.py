"""Is this text safe to keep, and how many tokens may it be?

Models write NUL characters and lone surrogates; PostgreSQL stores neither, so a
single one would stall a run for ever. Every text of a model passes `clean` first.
"""

import json
import math
import re
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_BYTES_PER_TOKEN = 4
# Chat templates put up to some 40 tokens of their own around a prompt.
_TEMPLATE_TOKENS = 64


class StrictJsonError(ValueError):
    """Text that is not the JSON of RFC 8259, or that is nested too deeply."""


def clean(text: str) -> str:
    """Replace NUL characters and lone surrogates by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def join_halves(text: str) -> str:
    """Join characters that came as two surrogates, half in one piece, half in the next.

    Servers that cut their stream by units of UTF-16 send emoji so.
    """

    def join(halves: re.Match[str]) -> str:
        return halves[0].encode("utf-16", "surrogatepass").decode("utf-16")

    return _HALVES.sub(join, text)


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of `text` from its length, rounded up.

    Counts four bytes of UTF-8 a token, the rule of thumb of vendors for English
    (help.openai.com, "What are tokens"); other scripts differ by half or double.
    """
    return math.ceil(len(text.encode("utf-8", "replace")) / _BYTES_PER_TOKEN)


def most_tokens(text: str) -> int:
    """Return the most tokens that a server may count for a prompt of `text`.

    Tokenizers that work on bytes make at most one token of each byte of UTF-8
    (digits, rare scripts and emoji come near it); a chat template adds its own.
    """
    return len(text.encode("utf-8", "replace")) + _TEMPLATE_TOKENS


def read_json(text: str | bytes) -> Any:
    """Parse JSON, refusing what `json.loads` lets pass.

    Refuses NaN and Infinity, numbers beyond a float, a key given twice and
    nesting too deep to parse.

    Raises:
        StrictJsonError: The text is not acceptable; the message says where.
    """
    try:
        return json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            object_pairs_hook=_unique,
        )
    except StrictJsonError:
        raise
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise StrictJsonError(f"{error.msg} at {where}") from None
    except RecursionError:
        raise StrictJsonError("nested too deeply") from None
    except UnicodeDecodeError as error:
        raise StrictJsonError(f"not UTF-8 at byte {error.start}") from None
    except ValueError as error:
        raise StrictJsonError(f"a number is too long: {str(error)[:60]}") from None


def _refuse_constant(name: str) -> float:
    raise StrictJsonError(f"{name} is not JSON")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise StrictJsonError(f"the number {digits[:20]} is too large")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise StrictJsonError(f'the key "{twice[:40]}" is given twice')
    return found
