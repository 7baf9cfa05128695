"""How does the catalog say a fact? Its name, its value with a unit, and who says so."""

import calendar
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from advisor.catalog.facts import date_of
from advisor.sizing import formats, naming

STALE_FACT_DAYS = 90
STALE_PRICE_DAYS = 30
# "owner/repository path/to/file.ext … @commit": where the file of a commit stands.
IN_REPOSITORY = re.compile(
    r"(?P<repo>[\w.-]+/[\w.-]+) (?P<path>[\w./+-]+\.\w+)\b.*@(?P<commit>[0-9a-f]{7,40})"
)
REPOSITORIES = "https://github.com"
ADDRESS = re.compile(r"https?://[^\s)]+")
MONTHS = tuple(calendar.month_abbr)[1:]
KINDS = {
    "gpu": "GPU",
    "accelerator": "Accelerator",
    "cpu": "CPU server",
    "edge": "Edge device",
    "unified-memory soc": "Unified memory",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Who says a fact, where to look it up, and of when it is.

    ``short`` names the place alone, for narrow columns.
    """

    source: str
    short: str
    url: str
    when: str
    age: str
    stale: bool
    unverified: bool


def told_by(
    fact: Mapping[str, Any], today: date, stale_after: int = STALE_FACT_DAYS
) -> Told:
    """Return the source of a fact: ``source``, ``as_of`` and ``unverified`` of it."""
    source = str(fact.get("source") or "")
    as_of = fact.get("as_of")
    day = date_of(str(as_of)) if as_of else None
    days = (today - day).days if day else None
    stale = days is not None and days > stale_after
    return Told(
        source=source,
        short=short_of(source),
        url=link_of(source),
        when=when(str(as_of)) if as_of else "undated",
        age=ago(days) if stale and days is not None else "",
        stale=stale,
        unverified=bool(fact.get("unverified")),
    )


def link_of(source: str) -> str:
    """Return the address at which a source can be read, empty where it names none."""
    if found := ADDRESS.search(source):
        return found[0].rstrip(".,:;")
    if found := IN_REPOSITORY.match(source):
        return f"{REPOSITORIES}/{found['repo']}/blob/{found['commit']}/{found['path']}"
    return ""


def short_of(source: str) -> str:
    """Return the host or the repository of a source; else the source as it is."""
    if found := ADDRESS.search(source):
        return (urlsplit(found[0]).hostname or source).removeprefix("www.")
    found = IN_REPOSITORY.match(source)
    return found["repo"].partition("/")[2] if found else source


def when(as_of: str) -> str:
    """Return a date, month or year in words: 5 Aug 2026, Aug 2026, 2026."""
    parts = as_of.split("-")
    if len(parts) == 1:
        return parts[0]
    month = f"{MONTHS[int(parts[1]) - 1]} {parts[0]}"
    return f"{int(parts[2])} {month}" if len(parts) > 2 else month


def ago(days: int) -> str:
    """Return an age in days up to a year, then in years."""
    if days < 365:
        return f"{formats.count(days, 'day')} ago"
    return f"{formats.count(days // 365, 'year')} ago"


def size(parameters: int | None) -> str:
    """Return a number of parameters in thousands, millions or billions."""
    if parameters is None:
        return formats.DASH
    for unit, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if parameters >= 0.9995 * unit:
            return f"{_three_digits(parameters / unit)} {letter}"
    return formats.number(parameters)


def bytes_in_gb(gb: float) -> str:
    """Return memory in GB, in MB below a tenth of one, in KB below one of those."""
    return formats.gigabytes(gb) if gb >= 0.001 else f"{formats.number(gb * 1e6)} KB"


def by_token(amount: Decimal | float | None, currency: str = "USD") -> str:
    """Return a price of a million tokens: two decimals, more where it has more."""
    if amount is None:
        return formats.DASH
    written = f"{float(amount):,.6f}".rstrip("0")
    whole, _, decimals = written.partition(".")
    symbol = formats.SYMBOLS.get(currency, f"{currency} ")
    return f"{symbol}{whole}.{decimals:0<2}"


def in_full(count: float) -> str:
    """Return a large number in words: 4.02 billion, 596 million."""
    for unit, word in ((1e9, "billion"), (1e6, "million")):
        if count >= 0.9995 * unit:
            return f"{_three_digits(count / unit)} {word}"
    return formats.number(count)


def _three_digits(value: float) -> str:
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    text = formats.number(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _per_token(count: float) -> str:
    return f"{formats.number(count / 1000, 1)} KB at 16 bit"


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _languages(value: object) -> str:
    """Return languages by their names: English, German."""
    if not isinstance(value, list | tuple):
        return str(value)
    return ", ".join(naming.spoken("languages", str(one)) for one in value)


def _pattern(every: int) -> str:
    """Return which layers see everything; patterns are short."""
    named = {2: "2nd", 3: "3rd"}.get(every, f"{every}th")
    return f"every {named} sees all"


def _unit(unit: str, digits: int = 0) -> Callable[[Any], str]:
    def say(value: float) -> str:
        shown = digits if float(value) % 1 else 0
        return f"{formats.number(value, shown)} {unit}"

    return say


Words = tuple[str, Callable[[Any], str]]
FACTS: Mapping[str, Words] = {
    "parameters": ("Parameters", in_full),
    "active_parameters": ("Active parameters", in_full),
    "checkpoint_parameters": ("Parameters in the files", in_full),
    "embedding_parameters": ("Embedding parameters", in_full),
    "licence": ("Licence", lambda value: naming.licence(str(value))),
    "context_tokens": ("Context", _unit("tokens")),
    "max_output_tokens": ("Longest output", _unit("tokens")),
    "languages": ("Languages", _languages),
    "release_date": ("Released", lambda value: when(str(value))),
    "hosting": ("Offered as", lambda value: str(value).replace("_", " ")),
    "chat_format": ("Chat format", str),
    "model_type": ("Architecture", str),
    "layers": ("Layers", formats.number),
    "hidden_size": ("Width", formats.number),
    "intermediate_size": ("Feed-forward width", formats.number),
    "heads": ("Query heads", formats.number),
    "kv_heads": ("Key-value heads", formats.number),
    "head_dim": ("Head width", formats.number),
    "vocab_size": ("Vocabulary", _unit("tokens")),
    "experts": ("Experts", formats.number),
    "experts_per_token": ("Experts a token", formats.number),
    "sliding_window": ("Sliding window", _unit("tokens")),
    "sliding_window_pattern": ("Window pattern", _pattern),
    "tied_embeddings": ("Tied embeddings", lambda value: "yes" if value else "no"),
    "dtype": ("Published as", str),
    "kv_cache_bytes_per_token_16bit": ("Cache per token", _per_token),
    "memory_gb": ("Memory", _unit("GB", 1)),
    "memory_bandwidth_gbs": ("Bandwidth", _unit("GB/s", 1)),
    "tflops_bf16_dense": ("Arithmetic, BF16", _unit("TFLOPS", 1)),
    "tops_int8_dense": ("Arithmetic, INT8", _unit("TOPS", 1)),
    "tdp_w": ("Power", _unit("W")),
    "price_per_hour": ("Price per hour", formats.money),
    "input_per_1m": ("Input, per million tokens", by_token),
    "output_per_1m": ("Output, per million tokens", by_token),
    "cached_input_per_1m": ("Cached input, per million tokens", by_token),
    "made_from": ("Made from", str),
    "made_by": ("Made by", str),
    "taught_by": ("Taught by", str),
    "trained_on": ("Trained on", str),
    "cost_of_making": ("Cost of making", str),
    "revision": ("Revision", lambda value: str(value)[:12]),
}


def label(name: str) -> str:
    """Return what a fact is called."""
    known = FACTS.get(name)
    return known[0] if known else name.replace("_", " ").capitalize()


def say(name: str, value: object) -> str:
    """Return a fact's value with its unit, a dash where it is not known."""
    if value is None or value == "":
        return formats.DASH
    known = FACTS.get(name)
    return known[1](value) if known else _listed(value)
