"""What do the forms of a team's own facts say around their fields?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from advisor.accounts.models import Membership
from advisor.catalog.models import HardwareProfile, ModelCard, Price
from advisor.catalog.pages.memory import values_of
from advisor.web.parts import Link

ROOM_NAMES = {"models": "Models", "hardware": "Hardware", "prices": "Prices"}
SHARED = (
    "Your facts take the place of the shared ones, for {team} only. Facts that you"
    " leave as they are keep their source and date."
)
OWN = (
    "Seen and used by {team} only. Each fact that you change gets this source and day."
)
PRICE = (
    "Used for {team} only, before the list prices of vendors. A price is never changed:"
    " a new one takes its place, and finished runs keep the one they were counted with."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFormPage:
    """A form of one of the rooms."""

    title: str
    crumbs: tuple[Link, ...]
    lede: str
    form: forms.Form
    submit: str
    back: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletePage:
    """A question before something is gone."""

    title: str
    crumbs: tuple[Link, ...]
    text: str
    confirm: str
    back: Link


def own_form_page(
    membership: Membership, room: str, form: forms.Form, *, title: str, shared: bool
) -> OwnFormPage:
    """Return the page of a form; ``shared`` where it takes a shared row's place."""
    back = f"/catalog/{room}/"
    lede = PRICE if room == "prices" else SHARED if shared else OWN
    return OwnFormPage(
        title=title,
        crumbs=(Link("Catalog", "/catalog/models/"), Link(ROOM_NAMES[room], back)),
        lede=lede.format(team=membership.team.name),
        form=form,
        submit="Save",
        back=Link("Cancel", back),
    )


def delete_page(membership: Membership, room: str, name: str, back: str) -> DeletePage:
    """Return the question before an own row is deleted."""
    return DeletePage(
        title=f"Delete {name}?",
        crumbs=(
            Link("Catalog", "/catalog/models/"),
            Link(ROOM_NAMES[room], f"/catalog/{room}/"),
        ),
        text=f"{membership.team.name} will no longer see it. A shared one of the same"
        " name counts again. Finished runs and reports keep what they were made with.",
        confirm="Delete",
        back=Link("Cancel", back),
    )


def card_initial(card: ModelCard) -> dict[str, Any]:
    """Return what a form of a card starts with."""
    return {
        "name": card.name,
        "family": card.family,
        "source": card.source,
        "revision": card.revision,
        "parameters": card.parameters,
        "context_tokens": card.context_tokens,
        "licence": card.licence,
        "languages": ", ".join(card.languages),
        "chat_format": values_of(card).get("chat_format", ""),
    }


def hardware_initial(row: HardwareProfile) -> Mapping[str, Any]:
    """Return what a form of a machine starts with."""
    about = values_of(row)
    price = row.price_per_hour
    return {
        **about,
        "name": row.name,
        "kind": row.kind,
        "memory_gb": row.memory_gb,
        "price_per_hour": None if price is None else float(price),
    }


def price_initial(price: Price) -> dict[str, Any]:
    """Return what a form of a price starts with: all but the day."""
    amounts = ("input_per_1m", "output_per_1m", "cached_input_per_1m")
    known = ((name, getattr(price, name)) for name in amounts)
    return {
        "model": price.card.slug if price.card else "",
        "vendor": price.vendor,
        "source": price.source,
        **{name: float(amount) for name, amount in known if amount is not None},
    }
