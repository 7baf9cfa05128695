"""What is frozen of one candidate? Engine settings, price and declared facts."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from advisor.accounts.models import Team
from advisor.catalog.models import Endpoint, HardwareProfile, ModelCard, Price
from advisor.catalog.selectors import card_by_name, hardware_by_name, price_of
from advisor.projects.models import Setup
from advisor.sizing.constraints import parse

QUEUES = {"transformers": "local", "openai": "remote"}
ENGINE_KEYS = (
    "model",
    "revision",
    "precision",
    "base_url",
    "chat",
    "threads",
    "concurrency",
    "options",
    "memory_limit_bytes",
)
# A recorded file brings its times; a script has none worth measuring.
TIMED = ("transformers", "openai")
DECLARED = ("hosting", "licence", "languages", "context_tokens", "parameters")
THIS_MACHINE = "this-machine"


def queue_of(engine: str) -> str:
    """Return the queue whose workers drive an engine."""
    return QUEUES.get(engine, "default")


def spec_of(entry: Mapping[str, Any], setup: Setup) -> dict[str, Any]:
    """Return what is frozen of a candidate of the setup's document, as JSON values.

    What the setup says goes before what the card says; a price of the endpoint goes
    before a price of the card.
    """
    team = setup.project.team
    named = entry.get("card") or entry.get("model")
    card = card_by_name(team, named) if named else None
    endpoint = _endpoint(entry.get("endpoint"), team.pk)
    spec: dict[str, Any] = {
        name: entry[name] for name in ENGINE_KEYS if entry.get(name) is not None
    }
    if endpoint is not None:
        spec |= {"base_url": endpoint.base_url, "model": endpoint.model}
        card = card or endpoint.card
    spec["local_only"] = _local_only(setup)
    spec["card"] = card.slug if card else None
    spec["price"] = _price(entry, endpoint, card, team)
    spec |= {name: _declared(name, entry, endpoint, card) for name in DECLARED}
    spec["timed"] = entry.get("engine") in TIMED
    spec["unverified"] = _unverified(card)
    hardware = entry.get("hardware") or THIS_MACHINE
    machine = hardware_by_name(team, hardware)
    spec["hardware"] = machine.slug if machine else hardware
    spec["hourly"] = _hourly(entry, machine)
    return spec


def _local_only(setup: Setup) -> bool:
    """Say whether nothing may leave; a preference does not forbid."""
    found = parse(setup.document.get("constraints"), has_reference=True)
    return any(one.name == "local_only" and one.level == "must" for one in found)


def _endpoint(pk: int | None, team_id: int) -> Endpoint | None:
    if not pk:
        return None
    return Endpoint.objects.select_related("card").get(pk=pk, team_id=team_id)


def _price(
    entry: Mapping[str, Any],
    endpoint: Endpoint | None,
    card: ModelCard | None,
    team: Team,
) -> dict[str, Any] | None:
    """Return dollars per million tokens with source and date; None when unknown.

    A model that runs here is paid by the hour, whatever an API asks for its tokens.
    """
    typed = entry.get("price")
    if typed:
        return {"source": "typed", "as_of": None, **typed}
    if entry.get("engine") == "transformers":
        return None
    if endpoint is not None and endpoint.input_per_1m is not None:
        return {
            "input_per_1m": float(endpoint.input_per_1m),
            "output_per_1m": _float(endpoint.output_per_1m),
            "source": f"endpoint {endpoint.slug}",
            "as_of": str(endpoint.price_as_of) if endpoint.price_as_of else None,
        }
    price = price_of(card, team) if card else None
    return None if price is None else _listed(price)


def _listed(price: Price) -> dict[str, Any]:
    return {
        "input_per_1m": _float(price.input_per_1m),
        "output_per_1m": _float(price.output_per_1m),
        "cached_input_per_1m": _float(price.cached_input_per_1m),
        "source": price.source,
        "as_of": str(price.as_of) if price.as_of else None,
        "unverified": price.unverified,
    }


def _declared(
    name: str,
    entry: Mapping[str, Any],
    endpoint: Endpoint | None,
    card: ModelCard | None,
) -> Any:
    if entry.get(name) is not None:
        return entry[name]
    if name == "hosting":
        if endpoint is not None:
            return endpoint.hosting
        return "own_server" if entry.get("engine") == "transformers" else None
    value = getattr(card, name, None) if card else None
    return value or None


def _unverified(card: ModelCard | None) -> list[str]:
    facts = card.facts if card else {}
    return sorted(
        name
        for name, fact in facts.items()
        if isinstance(fact, Mapping) and fact.get("unverified")
    )


def _hourly(entry: Mapping[str, Any], machine: HardwareProfile | None) -> float | None:
    """Return the dollars per hour of a machine, typed or listed; None when unknown."""
    typed = (entry.get("price") or {}).get("per_hour")
    if typed is not None:
        return float(typed)
    return None if machine is None else _float(machine.price_per_hour)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
