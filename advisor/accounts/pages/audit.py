"""What was done in a team: which acts are shown, and how does each read as a sentence?

The address holds the filter: ``who`` (a user's id, or ``system``), ``what`` (an action)
and ``days``. Anything else in it means no filter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.http import urlencode

from advisor.accounts import selectors
from advisor.accounts.models import AuditEvent, Membership
from advisor.accounts.pages.chrome import settings_nav
from advisor.accounts.pages.deeds import deed, sentence
from advisor.web.parts import Link, Paging

PERIODS = {"7": "Last 7 days", "30": "Last 30 days", "365": "Last year", "": "All time"}
DEFAULT_PERIOD = "30"
ROWS = 50
MOST_EXPORTED = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A filter: its options, of which one is chosen."""

    name: str
    label: str
    options: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One act as the page says it."""

    at: Any
    who: str
    what: str
    origin: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """What was done in the team, newest first."""

    title: str
    nav: tuple[Link, ...]
    choices: tuple[Choice, ...]
    rows: tuple[AuditRow, ...]
    paging: Paging | None
    csv_url: str
    is_filtered: bool


def audit_page(own: Membership, query: Mapping[str, str]) -> AuditPage:
    """Show the acts that the address asks for."""
    choices = _choices(own, query)
    chosen = {c.name: next(v for v, _, on in c.options if on) for c in choices}
    events = _filtered(own, chosen)
    total = events.count()
    first = max(0, min(_whole(query.get("from")), total - 1))
    base = f"/t/{own.team.slug}/settings/audit"
    return AuditPage(
        title="Audit log",
        nav=settings_nav(own.team, "Audit log", own.role),
        choices=choices,
        rows=tuple(_row(event) for event in events[first : first + ROWS]),
        paging=_paging(f"{base}/", chosen, first, total),
        csv_url=f"{base}.csv?{urlencode(chosen)}",
        is_filtered=bool(chosen["who"] or chosen["what"]),
    )


def audit_table(own: Membership, query: Mapping[str, str]) -> Iterator[list[object]]:
    """Yield the same acts as rows of a table, its head first."""
    chosen = {
        c.name: next(v for v, _, on in c.options if on) for c in _choices(own, query)
    }
    yield ["when_utc", "who", "action", "on_what", "sentence", "from"]
    for event in _filtered(own, chosen)[:MOST_EXPORTED].iterator(chunk_size=2000):
        yield [
            event.at.isoformat(timespec="seconds"),
            event.actor_name,
            event.action,
            event.target,
            sentence(event),
            event.ip,
        ]


def _choices(own: Membership, query: Mapping[str, str]) -> tuple[Choice, ...]:
    people = [("", "Everyone"), *selectors.actors_in(own.team)]
    actions = [(a, deed(a)) for a in selectors.actions_in(own.team)]
    period = query.get("days", DEFAULT_PERIOD)
    return (
        _choice("who", "Person", people, query.get("who", "")),
        _choice("what", "Action", [("", "All actions"), *actions], query.get("what")),
        _choice("days", "Period", list(PERIODS.items()), period, DEFAULT_PERIOD),
    )


def _choice(
    name: str,
    label: str,
    options: list[tuple[str, str]],
    asked: str | None,
    default: str = "",
) -> Choice:
    chosen = asked if asked in dict(options) else default
    shown = tuple((value, text, value == chosen) for value, text in options)
    return Choice(name=name, label=label, options=shown)


def _filtered(own: Membership, chosen: Mapping[str, str]) -> QuerySet[AuditEvent]:
    events = selectors.audit_of(own.team)
    if chosen["who"] == selectors.SYSTEM:
        events = events.filter(actor=None)
    elif chosen["who"]:
        events = events.filter(actor_id=int(chosen["who"]))
    if chosen["what"]:
        events = events.filter(action=chosen["what"])
    if chosen["days"]:
        since = timezone.now() - timedelta(days=int(chosen["days"]))
        events = events.filter(at__gte=since)
    return events


def _row(event: AuditEvent) -> AuditRow:
    return AuditRow(
        at=event.at, who=event.actor_name, what=sentence(event), origin=event.ip
    )


def _paging(
    base: str, chosen: Mapping[str, str], first: int, total: int
) -> Paging | None:
    if total <= ROWS:
        return None

    def at(row: int) -> str:
        return f"{base}?{urlencode({**chosen, 'from': str(row)})}"

    last = min(first + ROWS, total)
    return Paging(
        first=first + 1,
        last=last,
        total=total,
        previous=at(max(0, first - ROWS)) if first else None,
        next=at(last) if last < total else None,
    )


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0
