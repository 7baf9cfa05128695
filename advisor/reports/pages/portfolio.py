"""How does each project of a team stand? One row a project, from its latest run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from django.utils import timezone

from advisor.accounts.models import Team
from advisor.projects.models import Project
from advisor.projects.pages.header import project_url
from advisor.projects.selectors import projects_of
from advisor.reports.models import DecisionRecord
from advisor.reports.pages.standing import Standing, standing_of
from advisor.reports.selectors import Result, changes_since, overdue, standing_records
from advisor.reports.selectors.due import decision_day, time_left
from advisor.runs.models import Run, StoredRecommendation
from advisor.runs.selectors import latest_runs, shares_done
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
class _Seen:
    """What is known of a project beside its own row."""

    run: Run | None
    standing: Standing | None
    share: float | None
    record: DecisionRecord | None
    stale: str


def project_rows(team: Team, *, archived: bool = False) -> tuple[ProjectRow, ...]:
    """Return a row for every project of a team, archived or not, newest first."""
    projects = list(projects_of(team, archived=archived))
    latest = latest_runs(team)
    runs = {run.project_id: run for run, _ in latest}
    ended = [run for run, version in latest if version]
    standings = _standings([(run, version) for run, version in latest if version])
    records = standing_records(run.pk for run in ended)
    changes = changes_since(team, ended)
    shares = shares_done([r.pk for r in runs.values() if r.state in LIVE])
    rows = []
    for project in projects:
        run = runs.get(project.pk)
        pk = 0 if run is None else run.pk
        stale = [one.sentence for one in changes.get(pk, ())]
        stale += [told] if (told := overdue(records.get(pk))) else []
        seen = _Seen(
            run=run,
            standing=standings.get(pk),
            share=shares.get(pk),
            record=records.get(pk),
            stale=stale[0] if stale else "",
        )
        rows.append(_row(project, seen))
    return tuple(rows)


def _standings(runs: Sequence[tuple[Run, str]]) -> dict[int, Standing]:
    """Return what each finished run says; documents are read once a version."""
    keys = {run.pk: (run.pk, version) for run, version in runs}
    found = {pk: one for pk, key in keys.items() if (one := KEPT.find(key))}
    missing = [pk for pk in keys if pk not in found]
    stored = StoredRecommendation.objects.filter(run__in=missing)
    for row in stored.select_related("run__setup") if missing else ():
        result = Result(row.run, json.loads(row.document))
        found[row.run_id] = KEPT.get(keys[row.run_id], partial(standing_of, result))
    return found


def _row(project: Project, seen: _Seen) -> ProjectRow:
    run, standing = seen.run, seen.standing
    dollars = None if standing is None else standing.dollars
    return ProjectRow(
        name=project.name,
        note=_goal(project),
        url=project_url(project),
        status=_status(project, seen),
        model=formats.DASH if standing is None else standing.model,
        model_note="" if standing is None else standing.model_note,
        quality=standing.quality if standing else formats.DASH,
        gauge=standing.gauge if standing else None,
        cost=standing.cost if standing else formats.DASH,
        reference_cost=standing.reference_cost if standing else formats.DASH,
        saving=_share(dollars),
        last_run=_when(run),
        dollars=dollars,
        trouble=_trouble(project, seen),
        is_decided=standing is not None and standing.is_decided,
        ran_at=0.0 if run is None else run.created_at.timestamp(),
    )


def _goal(project: Project) -> str:
    """Return the kinds of task of the newest setup, in a few words."""
    setups = list(project.setups.all())
    kinds = setups[0].document.get("task_kinds") if setups else None
    told = [str(kind).replace("_", " ") for kind in kinds or ()]
    return ", ".join(told).capitalize()[:80]


def _status(project: Project, seen: _Seen) -> Verdict:
    run, standing = seen.run, seen.standing
    if standing is not None:
        if seen.stale:
            return STALE
        if seen.record is not None and seen.record.signed_at is not None:
            if seen.record.verdict == DecisionRecord.Verdict.REJECTED:
                return REJECTED
            return REFERENCE_KEPT if standing.keep else ACCEPTED
        return KEEP if standing.keep else OUTCOMES[standing.outcome]
    if run is None:
        step = max((setup.step for setup in project.setups.all()), default=1)
        return Verdict("quiet", "draft", f"Draft, step {step} of 5")
    label = run.get_state_display()
    if run.state in LIVE:
        share = "" if not seen.share else f", {formats.percent(seen.share, 0)}"
        return Verdict("accent", "run", f"{label}{share}")
    return Verdict("fail", "fail", label)


def _when(run: Run | None) -> str:
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


def _trouble(project: Project, seen: _Seen) -> Trouble | None:
    return _of_its_run(project, seen) or _of_its_day(project, seen)


def _of_its_day(project: Project, seen: _Seen) -> Trouble | None:
    """Return that the day draws near by which it is to be decided."""
    signed = seen.record is not None and seen.record.signed_at is not None
    day = decision_day(project.setups.all())
    if signed or day is None:
        return None
    told = time_left(day, timezone.localdate())
    link = Link("Open", project_url(project))
    return Trouble(text=told, link=link, mark=DUE) if told else None


def _of_its_run(project: Project, seen: _Seen) -> Trouble | None:
    run, standing, here = seen.run, seen.standing, project_url(project)
    if run is None:
        return None
    if seen.stale:
        setup = Link("Re-run", project_url(project, "setup/review/"))
        return Trouble(text=seen.stale, link=setup)
    if standing is not None:
        signed = seen.record is not None and seen.record.signed_at is not None
        if standing.outcome == "recommended" or standing.keep or signed:
            return None
        told = {"undecided": "See what is open"}
        action = told.get(standing.outcome, "See what to relax")
        return Trouble(text=standing.sentence, link=Link(action, here))
    if run.state in TROUBLED:
        why = run.pause_reason or f"{run.get_state_display().lower()}."
        url = project_url(project, f"runs/{run.number}/")
        return Trouble(text=f"Run {run.number}: {why}", link=Link("See run", url))
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
