"""How does a team keep models and machines of its own?

A team's row with the slug of a shared one stands in for it. Each fact keeps its own
source and date: what a form leaves as it was keeps them, what it changes is on the
word of who typed it.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.utils.text import slugify

from advisor.accounts.models import Membership
from advisor.accounts.services import record
from advisor.catalog.models import Change, HardwareProfile, ModelCard, Price
from advisor.catalog.services.changing import (
    Said,
    end_prices,
    fact_changes,
    note,
)
from advisor.catalog.services.names import locked_rows, taken

Row = TypeVar("Row", ModelCard, HardwareProfile)
CARD_FACTS = ("parameters", "context_tokens", "licence", "languages", "chat_format")
HARDWARE_FACTS = (
    "memory_gb",
    "memory_bandwidth_gbs",
    "tflops_bf16_dense",
    "tdp_w",
    "price_per_hour",
)
EMPTY: tuple[object, ...] = (None, "", [])


@transaction.atomic
def save_card(
    *, by: Membership, values: Mapping[str, Any], base: ModelCard | None = None
) -> ModelCard:
    """Keep a model of the member's team: a new one, or what ``base`` says, changed.

    ``base`` is a card of the team, or the shared one that the new card stands in for.
    ``values``: name, family, source, revision, the facts by name, `shape` (facts of a
    config.json, or nothing), `told` (who says so) and `as_of`.
    """
    typed = {name: values[name] for name in CARD_FACTS} | dict(values["shape"] or {})
    card = _own(ModelCard, by, values, base)
    facts = _facts(base, typed, values)
    card.source, card.revision = values["source"], values["revision"]
    card.family = values["family"]
    card.parameters, card.context_tokens = (
        values["parameters"],
        values["context_tokens"],
    )
    card.licence, card.languages = values["licence"], list(values["languages"])
    _keep(card, facts, _said(by, card, Change.Kind.MODEL), base)
    return card


@transaction.atomic
def save_hardware(
    *, by: Membership, values: Mapping[str, Any], base: HardwareProfile | None = None
) -> HardwareProfile:
    """Keep a machine of the member's team; ``base`` and ``values`` as with models."""
    typed = {name: values[name] for name in HARDWARE_FACTS}
    row = _own(HardwareProfile, by, values, base)
    facts = _facts(base, typed, values)
    row.kind, row.memory_gb = values["kind"], values["memory_gb"]
    row.price_per_hour = values["price_per_hour"]
    _keep(row, facts, _said(by, row, Change.Kind.HARDWARE), base)
    return row


@transaction.atomic
def delete_card(*, by: Membership, card: ModelCard) -> None:
    """Delete a team's model; frozen runs keep what they read of it.

    Its own prices end with it, unless the shared model of the same slug takes them.
    """
    shared = ModelCard.objects.filter(team__isnull=True, slug=card.slug).first()
    prices = Price.objects.filter(card=card)
    if shared is None:
        end_prices(prices.filter(ended_at__isnull=True))
    prices.update(card=shared)
    _delete(by, card, Change.Kind.MODEL)


@transaction.atomic
def delete_hardware(*, by: Membership, machine: HardwareProfile) -> None:
    """Delete a team's machine; frozen runs keep what they read of it."""
    _delete(by, machine, Change.Kind.HARDWARE)


def _own(
    model: type[Row], by: Membership, values: Mapping[str, Any], base: Row | None
) -> Row:
    """Return the row to fill: ``base`` where it is the team's, else a new one.

    Raises NameTaken where somebody gave a row that name a moment ago.
    """
    if base is not None and base.team_id == by.team_id:
        row = base
    else:
        slug = base.slug if base else slug_of(values["name"])
        known = locked_rows(by, model, slug).first()
        if known is not None and base is None:
            raise taken(model, values["name"])
        aliases = list(base.aliases) if base else []
        row = model(team=by.team, slug=slug, aliases=aliases)
        # Of two that stand in for one shared row at once, the later is a change.
        row = known if isinstance(known, model) else row
    row.name = values["name"]
    return row


def slug_of(name: str) -> str:
    """Return the slug of a name as the catalog writes it: Qwen3-0.6B is qwen3-0-6b."""
    return slugify(name.replace(".", "-").replace("/", "-"))[:80]


def _facts(
    base: ModelCard | HardwareProfile | None,
    typed: Mapping[str, Any],
    values: Mapping[str, Any],
) -> dict[str, Any]:
    facts = dict(base.facts) if base else {}
    for name, value in typed.items():
        plain = (
            float(value) if name == "price_per_hour" and value is not None else value
        )
        if plain in EMPTY:
            facts.pop(name, None)
        elif (facts.get(name) or {}).get("value") != plain:
            facts[name] = {
                "value": plain,
                "source": values["told"],
                "as_of": values["as_of"].isoformat(),
                "unverified": False,
            }
    return facts


def _keep(
    row: ModelCard | HardwareProfile,
    facts: dict[str, Any],
    said: Said,
    base: ModelCard | HardwareProfile | None,
) -> None:
    is_new = row.pk is None
    before = base.facts if base else {}
    changes = fact_changes(said, before, facts) if base else []
    if is_new:
        changes.insert(0, note(said, Change.Deed.ADDED, None, None))
    row.facts = facts
    row.save()
    Change.objects.bulk_create(changes)
    record(
        team=said.team,
        actor=said.by,
        action=f"{said.kind}.{'added' if is_new else 'changed'}",
        target=said.name,
        detail={"changed": [change.fact for change in changes]},
    )


def _delete(by: Membership, row: ModelCard | HardwareProfile, kind: str) -> None:
    note(_said(by, row, kind), Change.Deed.DELETED, None, None).save()
    record(team=by.team, actor=by.user, action=f"{kind}.deleted", target=row.name)
    row.delete()


def _said(by: Membership, row: ModelCard | HardwareProfile, kind: str) -> Said:
    return Said(
        kind=kind,
        slug=row.slug,
        name=row.name,
        way=Change.Way.MEMBER,
        team=by.team,
        by=by.user,
    )
