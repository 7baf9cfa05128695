"""Which projects have a right-sized model, and which need somebody? The portfolio."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import may
from advisor.projects.models import Project
from advisor.projects.pages.header import project_url
from advisor.projects.selectors import projects_of
from advisor.reports.pages import words
from advisor.runs.models import Run
from advisor.runs.selectors import runs_of_team
from advisor.sizing import formats
from advisor.web.parts import Action, Empty, Stat, Verdict

LIVE = ("queued", "running", "paused", "cancelling", "finalizing")
OUTCOMES = {
    "recommended": Verdict("pass", "pass", "Recommended"),
    "none_qualifies": Verdict("fail", "fail", "None qualifies"),
    "undecided": Verdict("warn", "unsure", "Undecided"),
}
KEEP = Verdict("quiet", "seal", "Keep the reference")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRow:
    """One project: status, right-sized model and what it costs."""

    name: str
    url: str
    status: Verdict
    model: str
    quality: str
    cost: str
    reference_cost: str
    last_run: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardPage:
    """All projects of a team."""

    title: str
    team: str
    new: Action | None
    stats: tuple[Stat, ...]
    rows: tuple[ProjectRow, ...]
    empty: Empty


def dashboard_page(membership: Membership) -> DashboardPage:
    """Return the dashboard of a member's team: three queries, however many projects."""
    team = membership.team
    latest: dict[int, Run] = {}
    for run in runs_of_team(team):
        latest.setdefault(run.project_id, run)
    rows = tuple(_row(one, latest.get(one.pk)) for one in projects_of(team))
    create = Action("New project", f"/t/{team.slug}/projects/new/", "primary", "plus")
    may_create = may(membership, Role.EDITOR)
    return DashboardPage(
        title=team.name,
        team=team.name,
        new=create if may_create and rows else None,
        stats=_stats(rows),
        rows=rows,
        empty=Empty(
            title="No projects yet",
            text="A project is one decision: which model for this job?",
            actions=(create,) if may_create else (),
        ),
    )


def _row(project: Project, run: Run | None) -> ProjectRow:
    recommendation = None if run is None else getattr(run, "recommendation", None)
    document: dict[str, Any] = (
        {} if recommendation is None else json.loads(recommendation.document)
    )
    found = document.get("candidates", [])
    chosen = _one(found, lambda one: one["id"] == document["recommended"])
    reference = _one(found, lambda one: one["role"] == "reference")
    quality, interval = words.quality(chosen["quality"] if chosen else None)
    return ProjectRow(
        name=project.name,
        url=project_url(project),
        status=_status(project, run, document),
        model=chosen["id"] if chosen else formats.DASH,
        quality=f"{quality} ({interval})" if interval else quality,
        cost=_cost(chosen),
        reference_cost=_cost(reference),
        last_run=formats.DASH if run is None else f"{run.created_at:%-d %b %Y}",
    )


def _one(found: Iterable[dict[str, Any]], test: Any) -> dict[str, Any] | None:
    return next((one for one in found if test(one)), None)


def _cost(one: dict[str, Any] | None) -> str:
    if one is None:
        return formats.DASH
    return formats.money(words.value_of(one["cost"]["per_month"]))


def _status(project: Project, run: Run | None, document: dict[str, Any]) -> Verdict:
    if document.get("keep_reference"):
        return KEEP
    if document:
        return OUTCOMES[document["outcome"]]
    if run is None:
        step = max((setup.step for setup in project.setups.all()), default=1)
        return Verdict("quiet", "draft", f"Draft, step {step} of 5")
    label = run.get_state_display()
    if run.state in LIVE:
        return Verdict("accent", "run", label)
    return Verdict("fail", "fail", label)


def _stats(rows: tuple[ProjectRow, ...]) -> tuple[Stat, ...]:
    def how_many(text: str) -> str:
        return formats.number(sum(row.status.text == text for row in rows))

    return (
        Stat(label="Projects", value=formats.number(len(rows))),
        Stat(label="Recommended", value=how_many("Recommended")),
        Stat(label="Keep the reference", value=how_many("Keep the reference")),
        Stat(label="Undecided", value=how_many("Undecided")),
    )
