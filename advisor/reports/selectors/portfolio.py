"""What does a portfolio read of a team? Plain values in as many queries for any team.

Two readings are equal exactly where the portfolio would say the same, so what was made
of the first may be shown again.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from advisor.accounts.models import Team
from advisor.projects.models import Project, Setup
from advisor.reports.selectors.due import day_of
from advisor.reports.selectors.records import Mark, marks_of
from advisor.reports.selectors.staleness import changes_since, overdue
from advisor.runs.selectors import latest_runs, shares_done
from advisor.runs.selectors.finding import LatestRun
from advisor.runs.selectors.progress import FINAL


class ProjectFacts(NamedTuple):
    """A project with what its newest setup says of the job; ``step`` of its wizard."""

    pk: int
    name: str
    slug: str
    is_archived: bool
    kinds: tuple[str, ...]
    decide_by: date | None
    step: int


class Seen(NamedTuple):
    """A project, its newest run, the decision on it and why it is out of date.

    ``share`` of a run that goes on is done; ``stale`` is "" while nothing changed.
    """

    project: ProjectFacts
    run: LatestRun | None
    share: float | None
    record: Mark | None
    stale: str

    @property
    def is_signed(self) -> bool:
        """Say whether there is a decision on the newest run."""
        return self.record is not None and self.record.signed_at is not None


def portfolio_of(team: Team) -> tuple[Seen, ...]:
    """Return all projects of a team, newest first, the archived ones among them."""
    latest = {run.project_id: run for run in latest_runs(team)}
    decided = [run for run in latest.values() if run.version]
    records = marks_of(team) if decided else {}
    changes = changes_since(team, decided) if decided else {}
    # A queued run may be through before its share is read: its state is older then.
    going = [r.pk for r in latest.values() if r.state not in (*FINAL, "queued")]
    shares = shares_done(going)
    found = []
    for project in _projects(team):
        run = latest.get(project.pk)
        pk = 0 if run is None else run.pk
        record = records.get(pk) if run is not None and run.version else None
        told = [one.sentence for one in changes.get(pk, ())]
        stale = next((text for text in (*told, overdue(record)) if text), "")
        found.append(Seen(project, run, shares.get(pk), record, stale))
    return tuple(found)


def _projects(team: Team) -> list[ProjectFacts]:
    rows = Project.objects.filter(team=team).order_by("-created_at", "-pk")
    jobs = _jobs(team)
    return [
        ProjectFacts(pk, name, slug, archived is not None, *jobs.get(pk, ((), None, 1)))
        for pk, name, slug, archived in rows.values_list(
            "pk", "name", "slug", "archived_at"
        )
    ]


def _jobs(team: Team) -> Mapping[int, tuple[tuple[str, ...], date | None, int]]:
    """Return kinds of task and decision day of each newest setup, and the last step."""
    rows = Setup.objects.filter(project__team=team).order_by("-version")
    found: dict[int, tuple[tuple[str, ...], date | None, int]] = {}
    for pk, step, kinds, day in rows.values_list(
        "project_id", "step", "document__task_kinds", "document__decide_by"
    ):
        newest = found.get(pk)
        if newest is None:
            found[pk] = (tuple(map(str, kinds or ())), day_of(day), step)
        else:
            found[pk] = (*newest[:2], max(step, newest[2]))
    return found
