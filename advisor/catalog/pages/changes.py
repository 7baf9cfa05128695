"""What changed in the catalog, when, and on whose word?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from advisor.accounts.models import Membership
from advisor.catalog.models import Change
from advisor.catalog.pages.head import Head, head_of
from advisor.catalog.pages.listing import PAGE, Asked, Filter, chosen
from advisor.catalog.pages.words import by_token, label, link_of, say, when
from advisor.catalog.selectors import changes_for
from advisor.web.parts import Paging

KNOWN = ("q", "kind", "whose")
KIND_CHOICES = (("", "Everything"), *((k.value, f"{k.label}s") for k in Change.Kind))
WHOSE = (("", "Shared and own"), ("own", "Your team's"), ("shared", "Shared"))
ROOMS = {Change.Kind.MODEL: "models", Change.Kind.HARDWARE: "hardware"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One fact that changed."""

    at: str
    name: str
    url: str
    kind: str
    own: bool
    what: str
    before: str
    after: str
    source: str
    source_url: str
    as_of: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesPage:
    """The history of the facts that a reader sees."""

    title: str
    head: Head
    search: str
    filters: tuple[Filter, ...]
    rows: tuple[ChangeRow, ...]
    paging: Paging


def changes_page(
    membership: Membership | None, query: Mapping[str, str]
) -> ChangesPage:
    """Return one page of the history, newest first."""
    asked = Asked.of(query, KNOWN)
    kind = chosen(asked, "kind", "About", KIND_CHOICES)
    whose = chosen(asked, "whose", "Whose", WHOSE)
    found = changes_for(membership.team if membership else None)
    if kind.value:
        found = found.filter(kind=kind.value)
    if whose.value:
        found = found.filter(team__isnull=whose.value == "shared")
    if asked["q"]:
        text = asked["q"]
        found = found.filter(Q(slug__icontains=text) | Q(name__icontains=text))
    total = found.count()
    page = min(asked.page, max(1, -(-total // PAGE)))
    start = (page - 1) * PAGE
    rows = change_rows(found[start : start + PAGE])
    return ChangesPage(
        title="Catalog: changes",
        head=head_of(membership, "changes"),
        search=asked["q"],
        filters=(kind, whose),
        rows=rows,
        paging=Paging(
            first=start + 1 if rows else 0,
            last=start + len(rows),
            total=total,
            previous=asked.link(page=page - 1) if page > 1 else None,
            next=asked.link(page=page + 1) if start + len(rows) < total else None,
        ),
    )


def change_rows(changes: Iterable[Change]) -> tuple[ChangeRow, ...]:
    """Return changes as pages show them."""
    return tuple(_row(change) for change in changes)


def _row(change: Change) -> ChangeRow:
    is_deed = change.fact in Change.Deed.values
    room = ROOMS.get(Change.Kind(change.kind))
    return ChangeRow(
        at=f"{change.at:%-d %b %Y %H:%M}",
        name=change.name,
        url=f"/catalog/{room}/{change.slug}/" if room else "",
        kind=Change.Kind(change.kind).label,
        own=change.team_id is not None,
        what=Change.Deed(change.fact).label if is_deed else label(change.fact),
        before="" if is_deed else say(change.fact, change.before),
        after=_amounts(change.after) if is_deed else say(change.fact, change.after),
        source=change.source or str(Change.Way(change.way).label),
        source_url=link_of(change.source),
        as_of=when(change.as_of) if change.as_of else "",
        by=change.by,
    )


def _amounts(after: object) -> str:
    """Return the amounts of a price that was added."""
    if not isinstance(after, dict):
        return ""
    told = [after.get("input_per_1m"), after.get("output_per_1m")]
    return " / ".join(by_token(one) for one in told if one is not None)
