"""Finished runs of a team for tests of pages, made by the services in this process."""

from typing import Any

from advisor.accounts.models import Team
from advisor.projects.models import Project
from advisor.runs import services
from advisor.runs.models import Run
from tests.runs.factory import keys, make_setup, right

NUMBER = 80


def timed(wrong: int, total_ms: float, number: int = NUMBER) -> dict[str, Any]:
    """Recorded answers with times: the first ``wrong`` are wrong."""
    return {
        key: {"output": output, "latency_ms": total_ms + place % 7, "ttft_ms": 20.0}
        for place, (key, output) in enumerate(right(keys(number), wrong).items())
    }


def make_run(team: Team, *, name: str = "Tickets", **setup: Any) -> Run:
    """Launch a run of recorded answers: big 2, good 3, bad 50 of 80 wrong."""
    slug = name.lower().replace(" ", "-")
    project, _ = Project.objects.get_or_create(
        team=team, slug=slug, defaults={"name": name}
    )
    given: dict[str, Any] = {
        "samples": [
            {"id": key, "tags": ["vip"] if place % 4 == 0 else ["other"]}
            for place, key in enumerate(keys(NUMBER))
        ],
        "reference": {"id": "big", "answers": timed(2, 700)},
        "candidates": [
            {"id": "good", "answers": timed(3, 300)},
            {"id": "bad", "answers": timed(50, 90)},
        ],
        "constraints": {"quality_margin": 0.1, "p95_latency_ms": 500},
        "objective": "latency",
        **setup,
    }
    return services.launch(setup=make_setup(project=project, **given), started_by=None)


def finished(team: Team, **setup: Any) -> Run:
    """Do the same and work it off, here."""
    return services.run_inline(make_run(team, **setup))


def url_of(run: Run, rest: str = "") -> str:
    return f"/t/{run.team.slug}/p/{run.project.slug}/runs/{run.number}/{rest}"
