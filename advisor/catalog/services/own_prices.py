"""How does a team keep prices of its own? As rows that are replaced, never changed."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify

from advisor.accounts.models import Membership, Team
from advisor.accounts.services import record
from advisor.catalog.models import Change, ModelCard, Price
from advisor.catalog.services.changing import (
    AMOUNTS,
    Said,
    end_prices,
    note,
    price_changes,
)

LONGEST = 100  # characters of a slug


def price_slug(card: ModelCard, vendor: str) -> str:
    """Return the name of a model's price at a vendor; another vendor has another.

    Where letters of the vendor have no place in a slug, or it is too long, a hash does.
    """
    slug = slugify(f"{vendor}-{card.slug}")
    if len(slug) <= LONGEST and vendor.isascii() and slugify(vendor):
        return slug
    told = f"{vendor.casefold()} {card.slug}"
    return f"{slug[: LONGEST - 9]}-{sha256(told.encode()).hexdigest()[:8]}"


@transaction.atomic
def save_price(
    *,
    by: Membership,
    card: ModelCard,
    values: Mapping[str, Any],
    over: Price | None = None,
) -> Price:
    """Keep a price of the member's team: it takes the place of the one before.

    ``values``: vendor, the amounts in dollars per million tokens, source and as_of.
    ``over`` is the price that is changed: of another model or vendor it ends as well.
    """
    slug = price_slug(card, values["vendor"])
    before = _holding(by, card, values["vendor"])
    if over is not None and over != before:
        delete_price(by=by, price=over)
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


def _holding(by: Membership, card: ModelCard, vendor: str) -> Price | None:
    """Return the price that holds; two changes of a team come one by one."""
    Team.objects.select_for_update(no_key=True).get(pk=by.team_id)
    same = Q(slug=price_slug(card, vendor)) | Q(card=card, vendor=vendor)
    found = Price.objects.filter(same, team=by.team, ended_at__isnull=True)
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
