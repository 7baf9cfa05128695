"""Which endpoints has a team, does each work, and what may be done with it?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from advisor.accounts.models import Membership, Role
from advisor.accounts.pages.chrome import settings_nav
from advisor.accounts.selectors import may
from advisor.catalog.endpoint_keys import host_port
from advisor.catalog.forms.endpoints import PRICES
from advisor.catalog.models import Endpoint, EndpointCheck, Hosting
from advisor.catalog.pages.prices import is_stale
from advisor.catalog.pages.words import by_token
from advisor.catalog.selectors import endpoints_of, latest_checks
from advisor.sizing import formats
from advisor.web.parts import Link, Verdict

ROOM = "Endpoints and keys"
UNTESTED = Verdict("quiet", "skip", "Not tested")
TESTING = Verdict("accent", "run", "Testing")
WORKS = Verdict("pass", "pass", "Works")
FAILED = Verdict("fail", "fail", "Does not work")
NOT_RUN = Verdict("warn", "warn", "Not tested")
NO_WORKER = "No worker took the test. Check that the workers run, and try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """How the last test stands; `poll` is asked again while it is going on."""

    verdict: Verdict
    text: str
    when: str
    models: tuple[str, ...]
    poll: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointRow:
    """One endpoint; the key is its last four characters, or that there is one."""

    name: str
    where: str
    model: str
    key: str
    price: str
    price_note: str
    price_stale: bool
    check: CheckView
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointsPage:
    """The endpoints of a team."""

    title: str
    nav: tuple[Link, ...]
    rows: tuple[EndpointRow, ...]
    may_manage: bool
    add: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointFormPage:
    """The form of one endpoint, new or known."""

    title: str
    nav: tuple[Link, ...]
    form: forms.Form
    key: str
    back: Link
    submit: str
    delete: str
    error: str


def endpoints_page(membership: Membership) -> EndpointsPage:
    """Return the endpoints of a member's team, in a constant number of queries."""
    team = membership.team
    base = base_of(membership)
    found = list(endpoints_of(team))
    checks = latest_checks([one.pk for one in found])
    return EndpointsPage(
        title=ROOM,
        nav=settings_nav(team, ROOM),
        rows=tuple(_row(one, checks.get(one.pk), base) for one in found),
        may_manage=may(membership, Role.ADMIN),
        add=f"{base}new/",
    )


def endpoint_form_page(
    membership: Membership,
    form: forms.Form,
    endpoint: Endpoint | None = None,
    error: str = "",
) -> EndpointFormPage:
    """Return the form of an endpoint, never with its key."""
    base = base_of(membership)
    return EndpointFormPage(
        title=f"Change {endpoint.name}" if endpoint else "Add an endpoint",
        nav=settings_nav(membership.team, ROOM),
        form=form,
        key=key_words(endpoint) if endpoint else "",
        back=Link("Cancel", base),
        submit="Save endpoint" if endpoint else "Add endpoint",
        delete=f"{base}{endpoint.pk}/delete/" if endpoint else "",
        error=error,
    )


def base_of(membership: Membership) -> str:
    """Return where a team's endpoints are kept."""
    return f"/t/{membership.team.slug}/settings/endpoints/"


def endpoint_initial(endpoint: Endpoint) -> dict[str, Any]:
    """Return what the form of an endpoint starts with: all but the key."""
    amounts = ((name, getattr(endpoint, name)) for name in PRICES)
    return {
        "name": endpoint.name,
        "base_url": endpoint.base_url,
        "model": endpoint.model,
        "region": endpoint.region,
        "hosting": endpoint.hosting,
        "card": endpoint.card.slug if endpoint.card else "",
        "price_as_of": endpoint.price_as_of,
        **{name: float(amount) for name, amount in amounts if amount is not None},
    }


def own_host(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the private host of an endpoint that the operator's command opened."""
    return (host_port(endpoint),) if endpoint.operator_allowed else ()


def check_view(check: EndpointCheck | None, poll: str) -> CheckView:
    """Return how a test stands, in words."""
    if check is None:
        return CheckView(verdict=UNTESTED, text="", when="", models=(), poll="")
    if check.finished_at is None:
        lost = bool(getattr(check, "given_up", False))
        return CheckView(
            verdict=NOT_RUN if lost else TESTING,
            text=NO_WORKER if lost else "One token is asked for.",
            when="",
            models=(),
            poll="" if lost else poll,
        )
    return CheckView(
        verdict=WORKS if check.succeeded else FAILED,
        text=check.sentence,
        when=moment(check.finished_at),
        models=tuple(check.models_served),
        poll="",
    )


def moment(at: datetime) -> str:
    """Return a time as lists show it: Today 11:02, else the day."""
    local, now = timezone.localtime(at), timezone.localtime()
    if local.date() == now.date():
        return f"Today {local:%H:%M}"
    return f"{local:%-d %b %Y}"


def key_words(endpoint: Endpoint) -> str:
    """Return what may be shown of a key: its last four characters at most."""
    if not endpoint.key_sealed:
        return "No key"
    return f"…{endpoint.key_last4}" if endpoint.key_last4 else "Stored"


def _row(endpoint: Endpoint, check: EndpointCheck | None, base: str) -> EndpointRow:
    at = f"{base}{endpoint.pk}/"
    places = (str(Hosting(endpoint.hosting).label), endpoint.region)
    return EndpointRow(
        name=endpoint.name,
        where=" · ".join(part for part in (endpoint.base_url, *places) if part),
        model=endpoint.model,
        key=key_words(endpoint),
        price=_price(endpoint),
        price_note=_price_note(endpoint),
        price_stale=_is_old(endpoint),
        check=check_view(check, f"{at}check/"),
        url=at,
    )


def _price(endpoint: Endpoint) -> str:
    if endpoint.input_per_1m is None or endpoint.output_per_1m is None:
        return "" if endpoint.card else formats.DASH
    amounts = (endpoint.input_per_1m, endpoint.output_per_1m)
    return " / ".join(by_token(amount) for amount in amounts)


def _price_note(endpoint: Endpoint) -> str:
    if endpoint.input_per_1m is None:
        return "as the catalog has it" if endpoint.card else ""
    if endpoint.price_as_of is None:
        return "undated"
    return f"{endpoint.price_as_of:%-d %b %Y}"


def _is_old(endpoint: Endpoint) -> bool:
    if endpoint.input_per_1m is None:
        return False
    return is_stale(endpoint.price_as_of, timezone.localdate())
