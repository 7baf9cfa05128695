"""How does a team keep prices of its own? As rows that are replaced, never changed."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from advisor.accounts.models import Membership
from advisor.accounts.services import record
from advisor.catalog.models import Change, ModelCard, Price
from advisor.catalog.services.changing import (
    AMOUNTS,
    Said,
    end_prices,
    note,
    price_changes,
)


def price_slug(card: ModelCard, vendor: str) -> str:
    """Return the name of a model's price at a vendor."""
    return slugify(f"{vendor}-{card.slug}")[:100]


@transaction.atomic
def save_price(*, by: Membership, card: ModelCard, values: Mapping[str, Any]) -> Price:
    """Keep a price of the member's team: it takes the place of the one before.

    ``values``: vendor, the amounts in dollars per million tokens, source and as_of.
    """
    slug = price_slug(card, values["vendor"])
    before = _holding(by, slug)
    now = Price(
        team=by.team,
        slug=slug,
        card=card,
        vendor=values["vendor"],
        source=values["source"],
        as_of=values["as_of"],
        **{name: values[name] for name in AMOUNTS},
    )
    end_prices([before] if before else [])
    now.save()
    changes = price_changes(_said(by, now), before, now)
    Change.objects.bulk_create(changes)
    deed = "changed" if before else "added"
    detail = {change.fact: [change.before, change.after] for change in changes}
    record(
        team=by.team,
        actor=by.user,
        action=f"price.{deed}",
        target=f"{card.name} at {now.vendor}",
        detail=detail,
    )
    return now


@transaction.atomic
def delete_price(*, by: Membership, price: Price) -> None:
    """Let a team's price hold no longer; its row stays as history."""
    end_prices([price])
    said = _said(by, price)
    note(said, Change.Deed.DELETED, None, None).save()
    record(team=by.team, actor=by.user, action="price.deleted", target=said.name)


def _holding(by: Membership, slug: str) -> Price | None:
    """Return the price that holds, locked, so that two changes come one by one."""
    found = Price.objects.select_for_update().filter(
        team=by.team, slug=slug, ended_at__isnull=True
    )
    return found.first()


def _said(by: Membership, price: Price) -> Said:
    name = price.card.name if price.card else price.slug
    return Said(
        kind=Change.Kind.PRICE,
        slug=price.slug,
        name=f"{name} at {price.vendor}",
        way=Change.Way.MEMBER,
        team=by.team,
        by=by.user,
        source=price.source,
        as_of=str(price.as_of or ""),
    )
