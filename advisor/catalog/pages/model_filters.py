"""Which models does a list show? What each filter of the address asks of a card."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from advisor.catalog.facts import date_of
from advisor.catalog.forms.fit import PRECISIONS
from advisor.catalog.models import HardwareProfile, ModelCard
from advisor.catalog.pages.listing import Asked, Filter, chosen, offered
from advisor.catalog.pages.memory import weights_of
from advisor.sizing import naming
from advisor.sizing.memory import GB

SIZES = (
    ("", "Any size"),
    ("1", "Up to 1 B"),
    ("4", "Up to 4 B"),
    ("10", "Up to 10 B"),
    ("35", "Up to 35 B"),
)
CONTEXTS = (
    ("", "Any context"),
    ("8192", "8,192 tokens or more"),
    ("32768", "32,768 tokens or more"),
    ("131072", "131,072 tokens or more"),
)
SORTS = (
    ("", "Sort: smallest"),
    ("name", "Sort: name"),
    ("context", "Sort: longest context"),
    ("checked", "Sort: last checked"),
)
WEIGHTS_SHARE = 0.9  # of a memory, as `sizing.memory_fit` has it: the rest is work

Test = Callable[[ModelCard], bool]


def filters_of(
    asked: Asked, cards: Sequence[ModelCard], machines: Sequence[HardwareProfile]
) -> tuple[tuple[Filter, ...], tuple[Filter, ...]]:
    """Return the filters above the list, and those that are folded away."""
    fits = [("", "Fits anywhere")]
    fits += [(one.slug, f"Fits on {one.name}") for one in machines if one.memory_gb]
    languages = offered("Any language", {one for c in cards for one in c.languages})
    licences = offered("Any licence", {one.licence for one in cards}, naming.licence)
    families = offered("Any family", {one.family for one in cards})
    others = [(name, f"At {text}") for name, text in PRECISIONS if name != "fp8"]
    first = (
        chosen(asked, "size", "Size", SIZES),
        chosen(asked, "licence", "Licence", licences),
        chosen(asked, "fits", "Fits on", fits),
    )
    more = (
        chosen(asked, "family", "Family", families),
        chosen(asked, "context", "Context", CONTEXTS),
        chosen(asked, "language", "Language", languages),
        chosen(asked, "precision", "Precision", [("", "At FP8"), *others]),
        chosen(asked, "sort", "Sort by", SORTS),
    )
    return first, more


def tests_of(
    text: str, now: Mapping[str, str], machines: Sequence[HardwareProfile]
) -> dict[str, Test]:
    """Return what each filter that is set asks of a model."""
    tests: dict[str, Test] = {}
    if text:
        wanted = text.casefold()
        tests["search"] = lambda card: wanted in _searched(card)
    if now["size"]:
        most = float(now["size"]) * 1e9
        tests["size filter"] = lambda card: 0 < (card.parameters or 0) <= most
    if now["licence"]:
        tests["licence filter"] = lambda card: card.licence == now["licence"]
    if now["family"]:
        tests["family filter"] = lambda card: card.family == now["family"]
    if now["language"]:
        tests["language filter"] = lambda card: now["language"] in card.languages
    if now["context"]:
        least = int(now["context"])
        tests["context filter"] = lambda card: (card.context_tokens or 0) >= least
    machine = machine_of(machines, now["fits"])
    if machine and machine.memory_gb:
        room = WEIGHTS_SHARE * machine.memory_gb
        precision = now["precision"] or "fp8"
        tests["hardware filter"] = lambda card: 0 < weights_gb(card, precision) <= room
    return tests


def nothing_left(cards: Sequence[ModelCard], tests: Mapping[str, Test]) -> str:
    """Return what to do where no model is left: the filter that hides the most."""
    without = {
        name: sum(
            all(test(card) for other, test in tests.items() if other != name)
            for card in cards
        )
        for name in tests
    }
    if not cards:
        return "The catalog is empty. The operator fills it: manage.py catalog import."
    name = max(without, key=lambda one: without[one], default="")
    if not name or not without[name]:
        return "No model is like that. Remove some of the filters."
    return f"No model is like that. Remove the {name} to see {without[name]}."


def in_order(cards: list[ModelCard], order: str) -> list[ModelCard]:
    """Return cards as they are to be sorted; they come smallest first."""
    keys: dict[str, Callable[[ModelCard], Any]] = {
        "name": lambda card: card.name.casefold(),
        "context": lambda card: -(card.context_tokens or 0),
        "checked": lambda card: _last_checked(card),
    }
    if order not in keys:
        return cards
    return sorted(cards, key=keys[order], reverse=order == "checked")


def weights_gb(card: ModelCard, precision: str) -> float:
    """Return the GB of the weights, 0 where the parameters are not known."""
    if not card.parameters:
        return 0.0
    return float(weights_of(card, precision).value or 0.0) / GB


def newest_fact(card: ModelCard) -> Mapping[str, Any]:
    """Return the fact that was looked up last."""
    dated = [one for one in card.facts.values() if one.get("as_of")]
    return max(dated, key=lambda one: date_of(one["as_of"]) or date.min, default={})


def machine_of(
    machines: Sequence[HardwareProfile], slug: str
) -> HardwareProfile | None:
    """Return the machine of a slug, None where there is none."""
    return next((one for one in machines if one.slug == slug), None)


def _searched(card: ModelCard) -> str:
    return " ".join((card.name, card.slug, card.family, *card.aliases)).casefold()


def _last_checked(card: ModelCard) -> date:
    return date_of(str(newest_fact(card).get("as_of") or "")[:10] or None) or date.min
