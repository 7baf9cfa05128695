"""Where is an endpoint's key, and to which server does it belong?

A key is sealed to team, endpoint and origin (scheme, host, port): pointing the endpoint
elsewhere makes the stored key unreadable, and saving does so clears it.
"""

from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.text import slugify

from advisor.accounts.models import Team
from advisor.catalog.models import Endpoint, ModelCard
from advisor.web.secrets import seal, unseal

SHOWN = 4
LONG_ENOUGH_TO_SHOW = 20


def origin_of(base_url: str) -> str:
    """Return scheme, host and port of an address, the port always written."""
    parts = urlsplit(base_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{parts.hostname}:{port}"


def slug_of(name: str) -> str:
    """Return the name of an endpoint as addresses and files write it."""
    return slugify(name)[:80] or "endpoint"


def is_elsewhere(endpoint: Endpoint, base_url: str) -> bool:
    """Say whether an address is on another server than the endpoint's key is for."""
    return origin_of(endpoint.base_url) != origin_of(base_url)


@transaction.atomic
def save_endpoint(
    *,
    team: Team,
    name: str,
    base_url: str,
    model: str,
    key: str | None = None,
    card: ModelCard | None = None,
    hosting: str = "public_api",
    region: str = "",
    input_per_1m: Decimal | None = None,
    output_per_1m: Decimal | None = None,
    price_as_of: date | None = None,
    operator_allowed: bool = False,
    endpoint: Endpoint | None = None,
) -> Endpoint:
    """Open or change an endpoint: the one given, else the team's of that name.

    ``key`` None keeps the stored key, unless the origin changes: then it is cleared.
    """
    slug = slug_of(name)
    if endpoint is None:
        endpoint = Endpoint.objects.filter(team=team, slug=slug).first()
    endpoint = endpoint or Endpoint(team=team)
    moved = bool(endpoint.pk) and is_elsewhere(endpoint, base_url)
    endpoint.slug = slug
    endpoint.name, endpoint.base_url, endpoint.model = name, base_url, model
    endpoint.card, endpoint.hosting, endpoint.region = card, hosting, region
    endpoint.input_per_1m, endpoint.output_per_1m = input_per_1m, output_per_1m
    endpoint.price_as_of = price_as_of
    endpoint.operator_allowed = operator_allowed
    if moved:
        endpoint.key_sealed = endpoint.key_last4 = ""
    endpoint.save()
    if key is not None:
        _keep_key(endpoint, key)
    return endpoint


def open_key(endpoint: Endpoint, *, base_url: str = "") -> str:
    """Return the key, empty where none is stored.

    ``base_url`` is the address that will be called, where another part than the
    endpoint decides it: a key opens for the server that it was entered for alone.

    Raises:
        UnsealError: The row was moved to another team or server, or its key is gone.
    """
    if not endpoint.key_sealed:
        return ""
    place = _place(endpoint)
    if base_url:
        place["origin"] = origin_of(base_url)
    return unseal(endpoint.key_sealed, **place)


def host_port(endpoint: Endpoint) -> str:
    """Return ``host:port`` of the server, as lists of private hosts name it."""
    return origin_of(endpoint.base_url).partition("://")[2]


def _keep_key(endpoint: Endpoint, key: str) -> None:
    endpoint.key_sealed = seal(key, **_place(endpoint)) if key else ""
    endpoint.key_last4 = key[-SHOWN:] if len(key) >= LONG_ENOUGH_TO_SHOW else ""
    endpoint.save(update_fields=("key_sealed", "key_last4", "updated_at"))


def _place(endpoint: Endpoint) -> dict[str, object]:
    return {
        "team": endpoint.team_id,
        "endpoint": endpoint.pk,
        "origin": origin_of(endpoint.base_url),
    }
