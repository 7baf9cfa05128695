"""Which runs may a team see? What belongs to another team does not exist here."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from advisor.accounts.models import Team
from advisor.projects.models import Project
from advisor.runs.models import Candidate, Run, RunEvent, Trial

VERSION_DIGITS = 9


class LatestRun(NamedTuple):
    """A project's newest run as a list needs it; ``version`` of its recommendation."""

    pk: int
    project_id: int
    number: int
    state: str
    pause_reason: str
    created_at: datetime
    generation: int
    samples_sha256: str
    version: str | None

    @property
    def label(self) -> str:
        """Return the state in words."""
        return str(Run.State(self.state).label)


def runs_of_team(team: Team) -> QuerySet[Run]:
    """Return the team's runs, newest first."""
    return (
        Run.objects.filter(team=team)
        .select_related("project__team", "setup", "recommendation")
        .order_by("-created_at", "-pk")
    )


def latest_runs(team: Team) -> list[LatestRun]:
    """Return the newest run of each project of a team.

    Its ``version`` is None before there is a recommendation; document and manifest are
    not read.
    """
    newest = Run.objects.filter(project=OuterRef("project")).order_by("-number")
    found = Run.objects.filter(team=team, pk=Subquery(newest.values("pk")[:1]))
    rows = found.annotate(version=F("recommendation__sha256")).order_by("pk")
    return [LatestRun(*row) for row in rows.values_list(*LatestRun._fields)]


def shares_done(run_ids: Collection[int]) -> dict[int, float]:
    """Return the share of trials of each run that have their final state."""
    if not run_ids:
        return {}
    waiting = Q(state__in=(Trial.State.PENDING, Trial.State.LEASED))
    rows = Trial.objects.filter(run__in=list(run_ids)).order_by().values_list("run")
    counted = rows.annotate(n=Count("pk"), left=Count("pk", filter=waiting))
    return {pk: 1 - left / total for pk, total, left in counted}


def runs_of(project: Project) -> QuerySet[Run]:
    """Return a project's runs, newest first."""
    return runs_of_team(project.team).filter(project=project)


def run_of(team: Team, pk: int) -> Run:
    """Return one run of the team; Run.DoesNotExist for any other."""
    return runs_of_team(team).get(pk=pk)


def run_by_number(project: Project, number: int) -> Run:
    """Return a project's run by its number; Run.DoesNotExist for any other."""
    return runs_of(project).get(number=number)


def run_at(team: Team, project: str, number: int) -> Run:
    """Return a team's run by its address; Run.DoesNotExist for any other. One query."""
    found = (
        Run.objects.filter(team=team, project__slug=project, number=number)
        .select_related("project", "setup", "recommendation", "created_by")
        .get()
    )
    found.team = found.project.team = team
    return found


def state_of_run(
    team: Team, project: str, number: int
) -> tuple[int, datetime, int, str] | None:
    """Return key, launch, generation and state of a run; None where there is none."""
    found = Run.objects.filter(team=team, project__slug=project, number=number)
    return found.values_list("pk", "created_at", "generation", "state").first()


def latest_run(project: Project) -> Run | None:
    """Return the newest run of a project, None before the first."""
    return runs_of(project).first()


def run_of_version(team: Team, project: str, version: str) -> Run | None:
    """Return the newest run of a setup version; None where it has none, or is none."""
    if not version.isdecimal() or len(version) > VERSION_DIGITS:
        return None
    found = Run.objects.filter(
        team=team, project__slug=project, setup__version=int(version)
    )
    return found.select_related("project__team").order_by("-number").first()


def candidates_of(run: Run) -> list[Candidate]:
    """Return the reference first, then the candidates in planned order."""
    related = run.candidates.select_related("endpoint", "recorded")
    # A recorded file may have 25 MB.
    rows = related.defer("recorded__content")
    return sorted(rows, key=lambda one: (one.role != "reference", one.position))


def events_of(run: Run, limit: int = 50) -> list[RunEvent]:
    """Return the newest lines of a run's log, newest first."""
    return list(run.events.select_related("candidate").order_by("-pk")[:limit])
