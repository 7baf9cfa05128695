"""What did a setup say when it was launched? A frozen version, which never changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from advisor.projects.forms import ReviewForm
from advisor.projects.forms.review import OBJECTIVES, PROMISES, dollars
from advisor.projects.models import Setup
from advisor.projects.pages.header import ProjectHeader, header_of, project_url
from advisor.projects.pages.labels import chosen
from advisor.projects.pages.review_step import answers_of
from advisor.web.parts import Fact, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenPage:
    """One frozen version of a project's setup, and the runs that were made of it."""

    title: str
    heading: str
    told: str
    header: ProjectHeader
    runs: tuple[Link, ...]
    sections: tuple[tuple[str, tuple[Fact, ...]], ...]


def frozen_page(setup: Setup) -> FrozenPage:
    """Return the page of a frozen setup version."""
    project = setup.project
    numbers = setup.runs.order_by("number").values_list("number", flat=True)
    answers = [(title, facts) for title, _, facts in answers_of(setup)]
    return FrozenPage(
        title=f"Setup version {setup.version}: {project.name}",
        heading=f"Setup version {setup.version}",
        told=_told(setup),
        header=header_of(project, "Setup"),
        runs=tuple(
            Link(f"Run {number}", project_url(project, f"runs/{number}/"))
            for number in numbers
        ),
        sections=(*answers, ("How it is run", _how(setup.document))),
    )


def _told(setup: Setup) -> str:
    who = f" by {setup.created_by}" if setup.created_by else ""
    if setup.frozen_at is None:
        return f"Opened{who}."
    at = timezone.localtime(setup.frozen_at)
    return f"Opened{who}, frozen on {at:%-d %b %Y, %H:%M}. It does not change any more."


def _how(document: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Return what is promised, when a model stops, and what it may cost."""
    said = ReviewForm.initial_from(document)
    budget = said["budget_usd"]
    stops = "after all samples" if said["exhausted"] else "as soon as it is decided"
    return (
        Fact(term="Holds for", value=chosen(PROMISES, said["promise"])),
        Fact(term="A candidate stops", value=stops),
        Fact(
            term="Preferred of those that qualify",
            value=chosen(OBJECTIVES, said["objective"]),
        ),
        Fact(term="Repeats of each sample", value=str(said["repeats"])),
        Fact(term="Seed", value=str(said["seed"])),
        Fact(term="Spending cap", value=None if budget is None else dollars(budget)),
    )
