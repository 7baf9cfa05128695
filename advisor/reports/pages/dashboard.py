"""Which projects have a right-sized model, and which need somebody? The portfolio."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import Spending, may, month_of
from advisor.reports.pages.portfolio import Portfolio, ProjectRow, portfolio, shown
from advisor.sizing import formats
from advisor.web.parts import Action, Alert, Empty, Link, Stat, Verdict

MOST_ALERTS = 5
SHOWS = {"all": "All", "decided": "Decided", "open": "Open"}
ARCHIVED = "archived"
COLUMNS = (
    *("Project", "Status", "Right-sized model", "Quality", "Cost a month"),
    *("Reference a month", "Saving", "Last run"),
)
SORTS = {"last": "Last run", "name": "Name", "saving": "Saving"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardPage:
    """The page of a team's projects: ``html`` is all below the top bar."""

    title: str
    html: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class Projects:
    """All projects of a team, as they are searched, filtered and sorted."""

    new: Action | None
    export: str
    stats: tuple[Stat, ...]
    alerts: tuple[Alert, ...]
    more_alerts: str | None
    search: str
    show: str
    shows: tuple[Link, ...]
    sort: str
    sorts: tuple[tuple[str, str], ...]
    total: int
    rows: tuple[ProjectRow, ...]
    empty: Empty


def dashboard_page(membership: Membership, query: Mapping[str, str]) -> DashboardPage:
    """Return the dashboard of a member's team: as many queries for any projects.

    ``query`` holds q, show and sort as the address has them. What was made of the same
    projects and spending, for a member who may do the same, is shown again.
    """
    found, spending = portfolio(membership.team), month_of(membership.team)
    chosen, every = Choice.of(query), query.get("alerts") == "all"
    able = may(membership, Role.EDITOR)

    def made() -> SafeString:
        page = _projects(membership, found, spending, chosen, every=every)
        return render_to_string("reports/_dashboard.html", {"page": page})

    key = (chosen, every, able, spending)
    return DashboardPage(title="Projects", html=found.bodies.get(key, made))


def _projects(
    membership: Membership,
    found: Portfolio,
    spending: Spending,
    chosen: "Choice",
    *,
    every: bool,
) -> Projects:
    team, rows, archived = membership.team, found.rows, len(found.archived)
    create = Action("New project", f"/t/{team.slug}/projects/new/", "primary", "plus")
    all_alerts = f"?{chosen.query()}&alerts=all"
    troubled = sum(row.trouble is not None for row in rows)
    may_create = may(membership, Role.EDITOR)
    return Projects(
        new=create if may_create and rows else None,
        export=f"/t/{team.slug}/projects.csv?{chosen.query()}",
        stats=_stats(rows, spending),
        alerts=_alerts(rows, len(rows) if every else MOST_ALERTS),
        more_alerts=None if every or troubled <= MOST_ALERTS else all_alerts,
        search=chosen.text,
        show=chosen.show,
        shows=_shows(chosen, rows, archived),
        sort=chosen.sort,
        sorts=tuple(SORTS.items()),
        total=len(rows) + archived,
        rows=chosen.of_rows(_listed(found, chosen)),
        empty=Empty(
            title="No projects yet",
            text="A project is one decision: which model for this job?",
            actions=(create,) if may_create else (),
        ),
    )


def _shows(
    chosen: "Choice", rows: tuple[ProjectRow, ...], archived: int
) -> tuple[Link, ...]:
    """Return the groups with how many are in each; the archived where there are any."""
    counts = {
        f"{label} {sum(chosen.shown(row, name) for row in rows)}": name
        for name, label in SHOWS.items()
    }
    if archived or chosen.show == ARCHIVED:
        counts[f"Archived {archived}"] = ARCHIVED
    return tuple(
        Link(text, f"?{chosen.query(show=name)}", name == chosen.show)
        for text, name in counts.items()
    )


def _listed(found: Portfolio, chosen: "Choice") -> tuple[ProjectRow, ...]:
    return found.archived if chosen.show == ARCHIVED else found.rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which rows are shown, in which order."""

    text: str
    show: str
    sort: str

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Choice":
        """Read what the address asks for; what it does not know is the first choice."""
        show, sort = query.get("show", ""), query.get("sort", "")
        return cls(
            text=query.get("q", "").strip()[:80],
            show=show if show in (*SHOWS, ARCHIVED) else "all",
            sort=sort if sort in SORTS else "last",
        )

    def query(self, **changes: str) -> str:
        """Return the query of this choice, with some of it changed."""
        now = {"q": self.text, "show": self.show, "sort": self.sort, **changes}
        return urlencode({key: value for key, value in now.items() if value})

    def shown(self, row: ProjectRow, show: str) -> bool:
        """Say whether a row belongs to one of the groups, as far as it is searched."""
        wanted = self.text.casefold() in f"{row.name} {row.model}".casefold()
        all_of_them = show in ("all", ARCHIVED)
        return wanted and (all_of_them or row.is_decided == (show == "decided"))

    def of_rows(self, rows: tuple[ProjectRow, ...]) -> tuple[ProjectRow, ...]:
        """Return the rows that are shown, in order."""
        found = [row for row in rows if self.shown(row, self.show)]
        if self.sort == "name":
            found.sort(key=lambda row: row.name.casefold())
        elif self.sort == "saving":
            found.sort(key=_saved, reverse=True)
        elif self.sort == "last":
            found.sort(key=lambda row: row.ran_at, reverse=True)
        return tuple(found)


def _saved(row: ProjectRow) -> float:
    return row.dollars[1] - row.dollars[0] if row.dollars else float("-inf")


def _alerts(rows: tuple[ProjectRow, ...], most: int) -> tuple[Alert, ...]:
    """Return what needs attention, most harmful first, at most ``most``."""
    order = ("fail", "warn", "quiet", "accent", "pass")
    found = sorted(
        (row for row in rows if row.trouble is not None),
        key=lambda row: order.index(_mark(row).tone),
    )
    return tuple(
        Alert(
            tone=_mark(row).tone,
            icon=_mark(row).icon,
            subject=Link(row.name, row.url),
            text=row.trouble.text,
            action=row.trouble.link,
        )
        for row in found[:most]
        if row.trouble is not None
    )


def _mark(row: ProjectRow) -> Verdict:
    own = row.trouble.mark if row.trouble else None
    return own or row.status


def _stats(rows: tuple[ProjectRow, ...], spending: Spending) -> tuple[Stat, ...]:
    """Return the totals of the projects that have a right-sized model and costs."""
    known = [row.dollars for row in rows if row.dollars is not None]
    cost, bar = sum(one for one, _ in known), sum(other for _, other in known)
    many = formats.count(len(known), "decided project")
    share = f"a month, {formats.percent(1 - cost / bar, 0)}" if bar else None
    return (
        Stat(
            label="Cost with right-sized models",
            value=formats.money(cost) if known else None,
            note=f"a month, {many}" if known else "no decided project has costs yet",
        ),
        Stat(
            label="Same work with the references",
            value=formats.money(bar) if known else None,
            note="a month" if known else None,
        ),
        Stat(
            label="Saving",
            value=formats.money(bar - cost) if known else None,
            note=share,
            tone="pass" if known and bar > cost else None,
        ),
        _month(spending),
    )


def _month(spending: Spending) -> Stat:
    """Return what the team's runs cost this month, against its cap."""
    cap = spending.cap_usd
    return Stat(
        label="Runs this month",
        value=formats.money(spending.spent_usd),
        note="no team cap" if cap is None else f"of {formats.money(cap)} team cap",
    )


def table_of(membership: Membership, query: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return the rows that the dashboard shows as a table, its head first."""
    chosen = Choice.of(query)
    rows = chosen.of_rows(_listed(portfolio(membership.team), chosen))
    return [COLUMNS, *(tuple(shown(row).values()) for row in rows)]
