"""How does each project of a team stand? One row a project, from its latest run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.safestring import SafeString

from advisor.accounts.models import Team
from advisor.reports.models import DecisionRecord
from advisor.reports.pages.standing import Standing, standing_of
from advisor.reports.selectors import Result, moved_on
from advisor.reports.selectors.due import time_left
from advisor.reports.selectors.portfolio import ProjectFacts, Seen, portfolio_of
from advisor.runs.models import StoredRecommendation
from advisor.runs.selectors.finding import LatestRun
from advisor.sizing import formats
from advisor.web.gauge import Gauge
from advisor.web.kept import Kept
from advisor.web.parts import Link, Verdict

LIVE = ("queued", "running", "paused", "cancelling", "finalizing")
OUTCOMES = {
    "recommended": Verdict("pass", "pass", "Recommended"),
    "none_qualifies": Verdict("fail", "fail", "None qualifies"),
    "undecided": Verdict("warn", "unsure", "Undecided"),
}
KEEP = Verdict("quiet", "seal", "Keep the reference")
ACCEPTED = Verdict("pass", "seal", "Accepted")
REFERENCE_KEPT = Verdict("pass", "seal", "Reference kept")
REJECTED = Verdict("fail", "fail", "Rejected")
DUE = Verdict("warn", "wait", "Decide soon")
STALE = Verdict("warn", "redo", "Re-run needed")
TROUBLED = ("paused", "failed", "budget_stopped")
KEPT: Kept[Standing] = Kept(2000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why somebody should look at a project, and what they would do there."""

    text: str
    link: Link
    mark: Verdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRow:
    """One project: status, right-sized model, what it costs and what it saves."""

    name: str
    note: str
    url: str
    status: Verdict
    model: str
    model_note: str
    quality: str
    gauge: Gauge | None
    cost: str
    reference_cost: str
    saving: str
    last_run: str
    dollars: tuple[float, float] | None
    trouble: Trouble | None
    is_decided: bool
    ran_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """All rows of a team, newest first; ``bodies`` are pages that were made of them."""

    seen: tuple[Seen, ...]
    day: date
    rows: tuple[ProjectRow, ...]
    archived: tuple[ProjectRow, ...]
    bodies: Kept[SafeString]


MOST_PROJECTS, MOST_CHARACTERS = 2000, 300_000
PORTFOLIOS: Kept[Portfolio] = Kept(MOST_PROJECTS, weigh=lambda one: 10 + len(one.seen))


def portfolio(team: Team) -> Portfolio:
    """Return a row for every project of a team; made again only where one changed."""
    seen, day = portfolio_of(team), timezone.localdate()
    key = (team.pk, team.slug)
    found = PORTFOLIOS.find(key)
    if found is None or found.seen != seen or found.day != day:
        found = _made(team, seen, day)
        PORTFOLIOS.put(key, found)
    return found


def _made(team: Team, seen: tuple[Seen, ...], day: date) -> Portfolio:
    runs = [one.run for one in seen if one.run is not None and one.run.version]
    standings = _standings(runs)

    def rows(*, archived: bool) -> tuple[ProjectRow, ...]:
        return tuple(
            _row(team, one, standings.get(one.run.pk) if one.run else None)
            for one in seen
            if one.project.is_archived == archived
        )

    return Portfolio(
        seen=seen,
        day=day,
        rows=rows(archived=False),
        archived=rows(archived=True),
        bodies=Kept(MOST_CHARACTERS, weigh=len),
    )


def _standings(runs: Sequence[LatestRun]) -> dict[int, Standing]:
    """Return what each finished run says; documents are read once a version."""
    keys = {run.pk: (run.pk, run.version) for run in runs}
    found = {pk: one for pk, key in keys.items() if (one := KEPT.find(key))}
    missing = [pk for pk in keys if pk not in found]
    stored = StoredRecommendation.objects.filter(run__in=missing)
    for row in stored.select_related("run__setup") if missing else ():
        result = Result(row.run, json.loads(row.document))
        found[row.run_id] = standing_of(result)
        # The row may be a newer one than was seen.
        KEPT.put((row.run_id, row.sha256), found[row.run_id])
    return found


def _row(team: Team, seen: Seen, standing: Standing | None) -> ProjectRow:
    project, run = seen.project, seen.run
    here = f"/t/{team.slug}/p/{project.slug}/"
    dollars = None if standing is None else standing.dollars
    return ProjectRow(
        name=project.name,
        note=_goal(project),
        url=here,
        status=_status(seen, standing),
        model=formats.DASH if standing is None else standing.model,
        model_note="" if standing is None else standing.model_note,
        quality=standing.quality if standing else formats.DASH,
        gauge=standing.gauge if standing else None,
        cost=standing.cost if standing else formats.DASH,
        reference_cost=standing.reference_cost if standing else formats.DASH,
        saving=_share(dollars),
        last_run=_when(run),
        dollars=dollars,
        trouble=_of_its_run(seen, standing, here) or _of_its_day(seen, here),
        is_decided=standing is not None and standing.is_decided,
        ran_at=0.0 if run is None else run.created_at.timestamp(),
    )


def _goal(project: ProjectFacts) -> str:
    """Return the kinds of task of the newest setup, in a few words."""
    told = [kind.replace("_", " ") for kind in project.kinds]
    return ", ".join(told).capitalize()[:80]


def _status(seen: Seen, standing: Standing | None) -> Verdict:
    run = seen.run
    if standing is not None:
        return _decided(seen, standing)
    if run is None:
        return Verdict("quiet", "draft", f"Draft, step {seen.project.step} of 5")
    if run.state in LIVE:
        share = "" if not seen.share else f", {formats.percent(seen.share, 0)}"
        return Verdict("accent", "run", f"{run.label}{share}")
    return Verdict("fail", "fail", run.label)


def _decided(seen: Seen, standing: Standing) -> Verdict:
    if seen.stale:
        return STALE
    if seen.record and seen.is_signed and not moved_on(seen.record, standing.choice):
        if seen.record.verdict == DecisionRecord.Verdict.REJECTED:
            return REJECTED
        return REFERENCE_KEPT if standing.keep else ACCEPTED
    return KEEP if standing.keep else OUTCOMES[standing.outcome]


def _when(run: LatestRun | None) -> str:
    """Return the day of a run; of one of today the time."""
    if run is None:
        return "Never"
    at, now = timezone.localtime(run.created_at), timezone.localtime()
    if run.state in LIVE:
        return f"Run {run.number}, now"
    if at.date() == now.date():
        return f"Today {at:%H:%M}"
    return f"{at:%-d %b}" if at.year == now.year else f"{at:%-d %b %Y}"


def _share(dollars: tuple[float, float] | None) -> str:
    if dollars is None or not dollars[1]:
        return formats.DASH
    return formats.percent(1 - dollars[0] / dollars[1], 0)


def _of_its_day(seen: Seen, here: str) -> Trouble | None:
    """Return that the day draws near by which it is to be decided."""
    day = seen.project.decide_by
    if seen.is_signed or day is None:
        return None
    told = time_left(day, timezone.localdate())
    return Trouble(text=told, link=Link("Open", here), mark=DUE) if told else None


def _of_its_run(seen: Seen, standing: Standing | None, here: str) -> Trouble | None:
    run = seen.run
    if run is None:
        return None
    if seen.stale:
        link = Link("Re-run", f"{here}setup/review/")
        return Trouble(text=seen.stale, link=link)
    if standing is not None:
        if told := moved_on(seen.record, standing.choice):
            link = Link("Decide", f"{here}runs/{run.number}/report/")
            return Trouble(text=told, link=link)
        if standing.choice or seen.is_signed:
            return None
        asked = {"undecided": "See what is open"}
        action = asked.get(standing.outcome, "See what to relax")
        return Trouble(text=standing.sentence, link=Link(action, here))
    if run.state in TROUBLED:
        why = run.pause_reason or f"{run.label.lower()}."
        link = Link("See run", f"{here}runs/{run.number}/")
        return Trouble(text=f"Run {run.number}: {why}", link=link)
    return None


def shown(row: ProjectRow) -> Mapping[str, str]:
    """Return the texts of a row by the dashboard's columns, for a table."""
    return {
        "Project": row.name,
        "Status": row.status.text,
        "Right-sized model": row.model,
        "Quality": row.quality,
        "Cost a month": row.cost,
        "Reference a month": row.reference_cost,
        "Saving": row.saving,
        "Last run": row.last_run,
    }
