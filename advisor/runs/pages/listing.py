"""Which runs has a project had, and how did each end?"""

from dataclasses import dataclass

from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import may
from advisor.projects.models import Project
from advisor.projects.pages.header import ProjectHeader, header_of, project_url
from advisor.runs.models import Run
from advisor.runs.pages.live import ENDED
from advisor.runs.selectors import runs_of
from advisor.web.parts import Action, Empty, Link, Tone, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsPage:
    """All runs of a project."""

    title: str
    header: ProjectHeader
    rows: tuple[tuple[Link, Verdict, str, str], ...]
    empty: Empty


def runs_page(project: Project, membership: Membership) -> RunsPage:
    """Return the list of a project's runs."""
    rows, able = [], may(membership, Role.EDITOR)
    setup = Action("Go to the setup", project_url(project, "setup/"))
    for run in runs_of(project):
        url = project_url(project, f"runs/{run.number}/")
        stored = getattr(run, "recommendation", None)
        sentence = "" if stored is None else stored.sentence.partition(". ")[0]
        link = Link(f"Run {run.number}", url)
        rows.append((link, _state(run), f"{run.created_at:%-d %b %Y %H:%M}", sentence))
    return RunsPage(
        title=f"Runs: {project.name}",
        header=header_of(project, "Runs"),
        rows=tuple(rows),
        empty=Empty(
            title="No runs yet",
            text="A run asks every candidate all samples and measures its speed.",
            actions=(setup,) if able else (),
        ),
    )


def _state(run: Run) -> Verdict:
    label = run.get_state_display()
    if run.state in ENDED:
        kind, icon, _ = ENDED[Run.State(run.state)]
        tones: dict[str, Tone] = {"pass": "pass", "warn": "warn", "fail": "fail"}
        return Verdict(tones.get(kind, "quiet"), icon, label)
    return Verdict("accent", "run", label)
