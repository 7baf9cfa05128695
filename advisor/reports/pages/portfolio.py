"""How does each project of a team stand? One row a project, from its latest run."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from advisor.accounts.models import Team
from advisor.projects.models import Project
from advisor.projects.pages.header import project_url
from advisor.projects.selectors import projects_of
from advisor.reports.pages import words
from advisor.reports.pages.pictures import floor_of
from advisor.reports.selectors import Result
from advisor.runs.models import Run
from advisor.runs.selectors import runs_of_team
from advisor.sizing import formats
from advisor.web.gauge import Gauge, quality_axis
from advisor.web.parts import Verdict

LIVE = ("queued", "running", "paused", "cancelling", "finalizing")
OUTCOMES = {
    "recommended": Verdict("pass", "pass", "Recommended"),
    "none_qualifies": Verdict("fail", "fail", "None qualifies"),
    "undecided": Verdict("warn", "unsure", "Undecided"),
}
KEEP = Verdict("quiet", "seal", "Keep the reference")
TROUBLED = ("paused", "failed", "budget_stopped")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRow:
    """One project: status, right-sized model, what it costs and what it saves."""

    name: str
    url: str
    status: Verdict
    model: str
    quality: str
    gauge: Gauge | None
    cost: str
    reference_cost: str
    saving: str
    last_run: str
    dollars: tuple[float, float] | None
    alert: tuple[str, str] | None
    is_decided: bool
    ran_at: float


def project_rows(team: Team) -> tuple[ProjectRow, ...]:
    """Return a row for every project of a team, newest first."""
    latest: dict[int, Run] = {}
    for run in runs_of_team(team):
        latest.setdefault(run.project_id, run)
    return tuple(_row(one, latest.get(one.pk)) for one in projects_of(team))


def _row(project: Project, run: Run | None) -> ProjectRow:
    recommendation = None if run is None else getattr(run, "recommendation", None)
    document: dict[str, Any] = (
        {} if recommendation is None else json.loads(recommendation.document)
    )
    found = document.get("candidates", [])
    chosen = _one(found, lambda one: one["id"] == document["recommended"])
    reference = _one(found, lambda one: one["role"] == "reference")
    quality, interval = words.quality(chosen["quality"] if chosen else None)
    status, dollars = _status(project, run, document), _dollars(chosen, reference)
    return ProjectRow(
        name=project.name,
        url=project_url(project),
        status=status,
        model=chosen["id"] if chosen else formats.DASH,
        quality=f"{quality} ({interval})" if interval else quality,
        gauge=_gauge(run, document, chosen),
        cost=_cost(chosen),
        reference_cost=_cost(reference),
        saving=_share(dollars),
        last_run=formats.DASH if run is None else f"{run.created_at:%-d %b %Y}",
        dollars=dollars,
        alert=_alert(run, document),
        is_decided=bool(document) and document["outcome"] != "undecided",
        ran_at=0.0 if run is None else run.created_at.timestamp(),
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


def _dollars(
    chosen: dict[str, Any] | None, reference: dict[str, Any] | None
) -> tuple[float, float] | None:
    """Return what model and reference cost a month, where both are known."""
    if chosen is None or reference is None:
        return None
    costs = [words.value_of(one["cost"]["per_month"]) for one in (chosen, reference)]
    own, bar = costs
    return None if own is None or bar is None else (own, bar)


def _share(dollars: tuple[float, float] | None) -> str:
    if dollars is None or not dollars[1]:
        return formats.DASH
    return formats.percent(1 - dollars[0] / dollars[1], 0)


def _gauge(
    run: Run | None, document: dict[str, Any], chosen: dict[str, Any] | None
) -> Gauge | None:
    """Return the quality against the floor; None where either is not known."""
    if run is None or chosen is None or chosen["quality"] is None:
        return None
    floor = floor_of(Result(run, document))
    if floor is None:
        return None
    quality = chosen["quality"]
    value, low, high = (
        None if quality[end] is None else 100 * quality[end]
        for end in ("value", "low", "high")
    )
    return Gauge.at_least(
        value,
        floor,
        text=f"{words.points(quality['value'])} points, floor {floor:.1f}",
        status="met",
        low=low,
        high=high,
        axis=quality_axis(floor),
    )


def _alert(run: Run | None, document: dict[str, Any]) -> tuple[str, str] | None:
    """Return why somebody should look, and what they would do there."""
    if run is None:
        return None
    if document:
        if document["outcome"] == "recommended" or document["keep_reference"]:
            return None
        sentence = str(document["sentence"]).partition(". ")[0].rstrip(".") + "."
        action = "See what to relax"
        if document["outcome"] == "undecided":
            action = "See what is open"
        return sentence, action
    if run.state in TROUBLED:
        why = run.pause_reason or f"{run.get_state_display().lower()}."
        return f"run {run.number}: {why}", "See run"
    return None
