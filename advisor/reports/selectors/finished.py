"""Which finished run does an address name, without reading it all again?

One short query asks what a run is by now: launch, generation, recommendation and the
name of its project. As long as that is as it was, nothing of the run changed, so what
was read then is what would be read now.
"""

from typing import Any

from advisor.accounts.models import Team
from advisor.reports.selectors.result import Result, result_of
from advisor.runs.models import Run
from advisor.runs.selectors import run_at
from advisor.runs.selectors.progress import FINAL
from advisor.web.kept import Kept

Stamp = tuple[Any, ...]
STAMP = (
    *("pk", "state", "created_at", "generation", "finished_at", "setup__version"),
    *("recommendation__sha256", "project__name", "project__slug"),
)
MOST_RUNS = 128  # documents and manifests of some 300 KB each
KEPT: Kept[Result] = Kept(MOST_RUNS)


def result_at(team: Team, project: str, number: int) -> Result | None:
    """Return the result at an address to show it; None while there is none yet.

    For reading alone: others are shown the same one.

    Raises:
        Run.DoesNotExist: The team has no such run.
    """
    named = Run.objects.filter(team=team, project__slug=project, number=number)
    stamp: Stamp = named.values_list(*STAMP).get()
    key = (team.pk, team.slug, team.name, stamp)
    return KEPT.find(key) or _read(team, project, number, key)


def _read(team: Team, project: str, number: int, key: Stamp) -> Result | None:
    run = run_at(team, project, number)
    result = result_of(run)
    # It may have gone on since the stamp was read.
    if result is not None and run.state in FINAL and key[-1] == _stamp_of(run):
        KEPT.put(key, result)
    return result


def _stamp_of(run: Run) -> Stamp:
    return (
        *(run.pk, run.state, run.created_at, run.generation, run.finished_at),
        *(run.setup.version, run.recommendation.sha256),
        *(run.project.name, run.project.slug),
    )
