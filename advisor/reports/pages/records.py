"""Which decision records has a team? All of them, searched and filtered by address."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet

from advisor.accounts.models import Team
from advisor.projects.pages.header import project_url
from advisor.reports.models import DecisionRecord
from advisor.reports.pages.record import status_of
from advisor.reports.selectors import changes_since, overdue, records_of_team
from advisor.web.parts import Empty, Link, Paging, Verdict

PAGE = 25
RERUN = "Re-run needed"
SHOWS: dict[str, tuple[str, Q]] = {
    "all": ("All", Q()),
    "proposed": ("Proposed", Q(signed_at__isnull=True)),
    "accepted": ("Accepted", Q(verdict="accepted", superseded_by__isnull=True)),
    "rejected": ("Rejected", Q(verdict="rejected", superseded_by__isnull=True)),
    "superseded": ("Superseded", Q(superseded_by__isnull=False)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """One decision record in the list."""

    name: str
    url: str
    project: str
    model: str
    outcome: str
    status: Verdict
    stale: Verdict | None
    signer: str
    signed: str
    revisit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsPage:
    """All decision records of a team."""

    title: str
    search: str
    show: str
    shows: tuple[Link, ...]
    total: int
    rows: tuple[RecordRow, ...]
    paging: Paging | None
    empty: Empty


def records_page(team: Team, query: Mapping[str, str]) -> RecordsPage:
    """Return a page of records; ``query`` holds q, show and page as the address does.

    The number of queries does not grow with the records.
    """
    text = query.get("q", "").replace("\x00", "").strip()[:80]
    show = query.get("show", "")
    show = show if show in SHOWS else "all"
    found = records_of_team(team, text=text)
    page = Paginator(found.filter(SHOWS[show][1]), PAGE).get_page(query.get("page"))
    return RecordsPage(
        title="Reports",
        search=text,
        show=show,
        shows=tuple(
            Link(f"{label} {count}", f"?{_query(text, name)}", name == show)
            for name, label, count in _counted(found)
        ),
        total=records_of_team(team).count(),
        rows=_rows(team, page),
        paging=_paging(text, show, page),
        empty=Empty(
            title="No decision records yet",
            text="A record is opened when a run has finished: it holds the"
            " recommendation, its evidence and the decision.",
        ),
    )


def _counted(found: QuerySet[DecisionRecord]) -> list[tuple[str, str, int]]:
    return [
        (name, label, found.filter(condition).count())
        for name, (label, condition) in SHOWS.items()
    ]


def _query(text: str, show: str, number: int | None = None) -> str:
    given = {"q": text, "show": show, "page": number}
    return urlencode({key: value for key, value in given.items() if value})


def _rows(team: Team, page: Page[DecisionRecord]) -> tuple[RecordRow, ...]:
    records = list(page.object_list)
    runs = {one.run_id: one.run for one in records}
    changed = changes_since(team, list(runs.values()))
    return tuple(_row(one, bool(changed.get(one.run_id))) for one in records)


def _row(one: DecisionRecord, changed: bool) -> RecordRow:
    run = one.run
    stale = changed or bool(overdue(one))
    recommended = run.recommendation.recommended
    outcome = run.recommendation.outcome.replace("_", " ").capitalize()
    return RecordRow(
        name=one.name,
        url=project_url(run.project, f"runs/{run.number}/report/"),
        project=run.project.name,
        model=one.model or recommended or "–",
        outcome=f"Run {run.number} · {outcome}",
        status=status_of(one),
        stale=Verdict("warn", "redo", RERUN)
        if stale and one.superseded_by_id is None
        else None,
        signer=", ".join(part for part in (one.signer_name, one.signer_role) if part),
        signed=f"{one.signed_at:%-d %b %Y}" if one.signed_at else "–",
        revisit=f"{one.revisit_by:%-d %b %Y}" if one.revisit_by else "–",
    )


def _paging(text: str, show: str, page: Page[DecisionRecord]) -> Paging | None:
    if page.paginator.num_pages < 2:
        return None

    def at(number: int) -> str:
        return f"?{_query(text, show, number)}"

    return Paging(
        first=page.start_index(),
        last=page.end_index(),
        total=page.paginator.count,
        previous=at(page.previous_page_number()) if page.has_previous() else None,
        next=at(page.next_page_number()) if page.has_next() else None,
    )
