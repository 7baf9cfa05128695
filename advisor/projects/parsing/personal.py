"""What in a text names a person or opens a door? Found, shown masked, or taken out.

Patterns where a pattern is enough, check digits where there are any. What is found may
be none and what is not found may be one: the page says "may hold", and a person looks.
Nothing found is ever shown whole.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from advisor.projects.parsing import check_digits

PLACEHOLDER = "[{name}]"
IDENTITY = "national id"
KEY = "key"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing: its name, its plural, where to look, how to be surer."""

    name: str
    plural: str
    pattern: re.Pattern[str]
    check: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One find: its kind and where it stands in the text."""

    kind: Kind
    start: int
    end: int


def _jwt(text: str) -> bool:
    """Say whether the first part of a token is a JSON object with an algorithm."""
    head = text.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return False
    return isinstance(header, dict) and "alg" in header


def _kind(
    name: str, plural: str, pattern: str, check: Callable[[str], bool] | None = None
) -> Kind:
    return Kind(name, plural, re.compile(pattern), check)


KEYS = (
    r"sk-[A-Za-z0-9_-]{16,}|(?:AKIA|ASIA)[0-9A-Z]{16}|gh[opsur]_[A-Za-z0-9]{30,}"
    r"|github_pat_[A-Za-z0-9_]{40,}|glpat-[A-Za-z0-9_-]{20,}|xox[abeoprs]-[A-Za-z0-9-]{10,}"
    r"|AIza[A-Za-z0-9_-]{35}|hf_[A-Za-z0-9]{30,}|(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}"
    r"|npm_[A-Za-z0-9]{36}"
)
KINDS = (
    _kind("private key", "private keys", r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----"),
    _kind(KEY, "API keys", rf"(?<![A-Za-z0-9])(?:{KEYS})"),
    _kind(
        "token",
        "signed tokens (JWT)",
        r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]{4,}",
        _jwt,
    ),
    _kind(
        "e-mail",
        "e-mail addresses",
        r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}(?<![_-])",
    ),
    _kind(
        "account",
        "bank accounts (IBAN)",
        r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{1,4}){3,8}",
        lambda text: check_digits.iban_in(text) is not None,
    ),
    _kind(
        "card",
        "card numbers",
        r"(?<![\d.])\d(?:[ -]?\d){12,18}(?!\d)",
        check_digits.card,
    ),
    _kind(
        IDENTITY,
        "national ids",
        r"(?<![\d.-])756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}(?!\d)",
        check_digits.swiss,
    ),
    _kind(
        IDENTITY,
        "national ids",
        r"(?<!\d)[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?\d{2} ?\d{3} ?\d{3} ?\d{2}(?!\d)",
        check_digits.french,
    ),
    _kind(
        IDENTITY,
        "national ids",
        r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b",
        check_digits.italian,
    ),
    _kind(
        IDENTITY,
        "national ids",
        r"\b(?:\d{8}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z]\b",
        check_digits.spanish,
    ),
    _kind(
        IDENTITY,
        "national ids",
        r"(?<!\d)\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}(?!\d)",
        check_digits.belgian,
    ),
    _kind(
        IDENTITY,
        "national ids",
        r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])",
    ),
    _kind(
        IDENTITY,
        "national ids",
        r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
        r" ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b",
    ),
    _kind(
        IDENTITY,
        "national ids",
        r"(?<=BSN )\d{9}\b|(?<=BSN: )\d{9}\b",
        check_digits.dutch,
    ),
    _kind(
        IDENTITY,
        "national ids",
        r"(?<![\d.,-])\d{2} ?\d{3} ?\d{3} ?\d{3}(?![\d-])",
        check_digits.eleven,
    ),
    _kind(
        "phone",
        "phone numbers",
        r"(?<![\w.])(?:\+\d{1,3}|(?<!\w )00[1-9]\d{0,2})[ ./-]?\(?\d{1,4}\)?"
        r"(?:[ ./-]?\d{2,4}){2,4}(?!\d)"
        r"|(?<![\w.,-])(?<!\d )\(?0\d{2,4}\)?[ /-]\d{3,5}(?:[ -]?\d{2,5}){0,2}(?![\d.])"
        r"|(?<![\w.-])\(?[2-9]\d{2}\)?[ .-]\d{3}[.-]\d{4}(?![\d-])",
    ),
)


GATE = re.compile(rf"@|-----BEGIN|eyJ|{KEYS}")
DIGIT = re.compile(r"\d")
FEWEST_DIGITS = 6
LETTERS = ("private key", KEY, "token", "e-mail")
BY_LETTERS = [one for one in KINDS if one.name in LETTERS]
BY_DIGITS = [one for one in KINDS if one.name not in LETTERS]


def find_personal(text: str) -> tuple[Found, ...]:
    """Return everything found in ``text`` in its order; no two finds overlap."""
    taken: list[Found] = []
    kinds = [*(BY_LETTERS if GATE.search(text) else ())]
    # All that is made of numbers has six digits at least; most texts have not.
    kinds += BY_DIGITS if len(DIGIT.findall(text)) >= FEWEST_DIGITS else []
    for kind in kinds:
        for found in _of_kind(kind, text):
            if all(found.end <= one.start or found.start >= one.end for one in taken):
                taken.append(found)
    return tuple(sorted(taken, key=lambda one: one.start))


def _of_kind(kind: Kind, text: str) -> Iterator[Found]:
    for match in kind.pattern.finditer(text):
        start, end = match.span()
        if kind.check is not None and not kind.check(match[0]):
            continue
        if kind.name == "account":
            end = start + len(check_digits.iban_in(match[0]) or "")
        yield Found(kind, start, end)


def shown(text: str, found: Found) -> str:
    """Return a find as the page may show it: its two ends, never the whole."""
    whole = text[found.start : found.end]
    if found.kind.name == "e-mail":
        name, _, host = whole.partition("@")
        return f"{name[:1]}…@{host[:1]}…{host[host.rfind('.') :]}"
    if found.kind.name == "private key":
        return "-----BEGIN … KEY-----"
    ends = 2 if len(whole) >= 8 else 1
    return f"{whole[:ends]}…{whole[-ends:]}"


def veiled(text: str) -> str:
    """Return ``text`` with each find shown by its ends only, as a page may show it."""
    parts, at = [], 0
    for found in find_personal(text):
        parts += [text[at : found.start], shown(text, found)]
        at = found.end
    return "".join((*parts, text[at:]))


def masked(text: str) -> str:
    """Return ``text`` with each find replaced by the name of its kind in brackets."""
    parts, at = [], 0
    for found in find_personal(text):
        parts += [text[at : found.start], PLACEHOLDER.format(name=found.kind.name)]
        at = found.end
    return "".join((*parts, text[at:]))


def masked_value(value: object) -> object:
    """Return a JSON value with every text in it masked; keys stay."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, list):
        return [masked_value(one) for one in value]
    if isinstance(value, dict):
        return {key: masked_value(one) for key, one in value.items()}
    return value
