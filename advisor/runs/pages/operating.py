"""What does an operator see of the work of all teams?"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.timesince import timesince

from advisor.runs.models import Run
from advisor.runs.selectors.standing import Standing, standings
from advisor.sizing import formats
from advisor.web.parts import Empty, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkRow:
    """One live run in words and counts; ``remedy`` is empty where all is well."""

    name: str
    team: str
    state: str
    verdict: Verdict
    due: str
    later: str
    held: str
    begun: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPage:
    """All live runs; ``lead`` says whether any of them stands still."""

    title: str
    lead: str
    rows: tuple[WorkRow, ...]
    empty: Empty


def work_page() -> WorkPage:
    """Return what is under way now."""
    rows = tuple(_row(one) for one in standings())
    odd = sum(bool(row.remedy) for row in rows)
    live = formats.count(len(rows), "live run")
    stand = "stands" if odd == 1 else "stand"
    lead = f"{odd} of {live} {stand} still." if odd else f"{live}, none stands still."
    return WorkPage(
        title="Work under way",
        lead=lead,
        rows=rows,
        empty=Empty(title="No run is live", text="Nothing waits for a worker."),
    )


def _row(one: Standing) -> WorkRow:
    run = one.run
    return WorkRow(
        name=f"{run.project.name}, run {run.number}",
        team=run.team.name,
        state=run.get_state_display(),
        verdict=_verdict(one),
        due=formats.number(one.due),
        later=formats.number(one.later),
        held=formats.number(one.held),
        begun=_begun(one.begun),
        remedy=_remedy(one),
    )


def _begun(at: datetime | None) -> str:
    if at is None:
        return "Not yet"
    told = timesince(at)
    return "Just now" if told.startswith("0") else f"{told} ago"


def _verdict(one: Standing) -> Verdict:
    if one.untaken or one.unasked:
        return Verdict("fail", "fail", "Stuck")
    if one.late:
        return Verdict("warn", "warn", "Leases ran out")
    if one.held or one.units:
        return Verdict("accent", "run", "Moving")
    if one.run.state == Run.State.PAUSED:
        return Verdict("quiet", "wait", "Paused")
    return Verdict("quiet", "wait", "Waiting")


def _remedy(one: Standing) -> str:
    if one.late:
        return (
            f"{one.late} leases ran out and nobody took them back. Start a dispatcher: "
            "manage.py dispatch."
        )
    if one.untaken:
        names = ", ".join(one.untaken)
        return (
            "Work is due and nobody took any. See that a dispatcher runs, and restart"
            f" the workers of: {names}."
        )
    if one.unasked:
        return (
            "It waits for an endpoint, and nobody asks whether that is back. See that a"
            " dispatcher runs, and restart the workers of: default."
        )
    return ""
