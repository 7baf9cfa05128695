"""How does a team keep its endpoints, and what is remembered of it?"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from advisor.accounts.models import Membership
from advisor.accounts.services import record
from advisor.catalog.endpoint_keys import is_elsewhere, save_endpoint, slug_of
from advisor.catalog.models import Change, Endpoint
from advisor.catalog.services.changing import Said, note
from advisor.catalog.services.names import locked_rows, taken

PRICES = ("input_per_1m", "output_per_1m")
KEPT = ("name", "base_url", "model", "hosting", "region", "card_id", *PRICES)


class EndpointInUse(Exception):
    """An endpoint that a run needs as it is; the message names the runs."""


@transaction.atomic
def keep_endpoint(
    *, by: Membership, values: Mapping[str, Any], endpoint: Endpoint | None = None
) -> Endpoint:
    """Open an endpoint of the member's team, or change one; remember what changed.

    ``values`` are those of the form, `key` None or empty to keep what is stored.
    Another origin clears the key unless a new one comes with it.

    Raises:
        EndpointInUse: The server would change under a run that is not finished.
        NameTaken: Another endpoint got the name a moment ago: it would be changed.
    """
    _refuse_taken(by, values["name"], endpoint)
    before = {name: getattr(endpoint, name) for name in KEPT} if endpoint else {}
    moved = endpoint is not None and is_elsewhere(endpoint, values["base_url"])
    if endpoint is not None and moved:
        _refuse_in_use(endpoint, "pointed to another server")
    had_key = endpoint is not None and bool(endpoint.key_sealed)
    key = values.get("key") or None
    told = {name: values.get(name) for name in ("card", "price_as_of", *PRICES)}
    kept = save_endpoint(
        team=by.team,
        name=values["name"],
        base_url=values["base_url"],
        model=values["model"],
        key=key,
        hosting=values["hosting"],
        region=values.get("region") or "",
        operator_allowed=bool(endpoint and endpoint.operator_allowed and not moved),
        endpoint=endpoint,
        **told,
    )
    changed = [name for name in KEPT if before.get(name) != getattr(kept, name)]
    _remember(by, kept, before, changed)
    if key is not None:
        _record(by, kept, "endpoint.key_replaced" if had_key else "endpoint.key_added")
    elif moved and had_key:
        _record(by, kept, "endpoint.key_cleared")
    return kept


@transaction.atomic
def delete_endpoint(*, by: Membership, endpoint: Endpoint) -> None:
    """Delete an endpoint with its key; runs keep what was frozen of it.

    Raises:
        EndpointInUse: A run that is not finished sends requests to it.
    """
    _refuse_in_use(endpoint, "deleted")
    said = _said(by, endpoint)
    note(said, Change.Deed.DELETED, None, None).save()
    _record(by, endpoint, "endpoint.deleted")
    endpoint.delete()


def _refuse_taken(by: Membership, name: str, endpoint: Endpoint | None) -> None:
    others = locked_rows(by, Endpoint, slug_of(name))
    if others.exclude(pk=endpoint.pk if endpoint else None).exists():
        raise taken(Endpoint, name)


def _refuse_in_use(endpoint: Endpoint, deed: str) -> None:
    """Ask the rooms above, which the settings name, whether a run needs it."""
    for ask in settings.ENDPOINT_USERS:
        names = import_string(ask)(endpoint.pk)
        if names:
            raise EndpointInUse(
                f"{endpoint.name} cannot be {deed} while it is in use by"
                f" {', '.join(names)}. Wait for the end, or cancel."
            )


def _remember(
    by: Membership, kept: Endpoint, before: Mapping[str, Any], changed: list[str]
) -> None:
    said = _said(by, kept)
    if not before:
        note(said, Change.Deed.ADDED, None, None).save()
        _record(by, kept, "endpoint.added", {"base_url": kept.base_url})
    elif changed:
        names = [name.removesuffix("_id") for name in changed]
        _record(by, kept, "endpoint.changed", {"changed": names})
    Change.objects.bulk_create(
        note(said, name, before.get(name), getattr(kept, name))
        for name in PRICES
        if name in changed
    )


def _said(by: Membership, endpoint: Endpoint) -> Said:
    return Said(
        kind=Change.Kind.ENDPOINT,
        slug=endpoint.slug,
        name=endpoint.name,
        way=Change.Way.MEMBER,
        team=by.team,
        by=by.user,
        as_of=str(endpoint.price_as_of or ""),
    )


def _record(
    by: Membership,
    endpoint: Endpoint,
    action: str,
    detail: Mapping[str, object] | None = None,
) -> None:
    record(
        team=by.team,
        actor=by.user,
        action=action,
        target=endpoint.name,
        detail=detail,
    )
