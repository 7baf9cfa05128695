"""What does a step of the wizard show: where one is, its forms, what follows?"""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils import timezone

from advisor.projects import services
from advisor.projects.models import Setup
from advisor.projects.pages.header import project_url
from advisor.web.panels import EffectPanel
from advisor.web.parts import Link, Notice, Step

UNCONFIRMED = Notice(
    kind="info",
    icon="draft",
    title="You left this step half way.",
    text="What you typed is here and was not checked yet. Continue checks it.",
)
STEPS = (
    ("goal", "Goal"),
    ("constraints", "Constraints"),
    ("samples", "Sample tasks"),
    ("candidates", "Candidates"),
    ("review", "Review and launch"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WizardPage:
    """What every step has; a step's own page extends it."""

    title: str
    heading: str
    lede: str
    crumbs: tuple[Link, ...]
    steps: tuple[Step, ...]
    saved: str
    here: str
    keep: str
    unconfirmed: Notice | None
    back: Link | None
    forward: str
    panel: EffectPanel | None = None
    form: forms.Form | None = None
    groups: tuple["Group", ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def wizard(self) -> "WizardPage":
        """The frame of the step, under the name that all steps share."""
        return self

    @property
    def launch(self) -> str:
        """Where the last step is sent to."""
        return self.here.replace("/review/", "/launch/")


@dataclass(frozen=True, slots=True)
class LimitField:
    """A field of step 2, and its level where it is a constraint.

    ``folded`` is the summary under which a long list of choices is hidden.
    """

    field: Any
    level: Any
    folded: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading; those of a row stand side by side."""

    title: str
    rows: tuple[tuple[LimitField, ...], ...]


def step_url(setup: Setup, name: str) -> str:
    """Return the address of a step."""
    return project_url(setup.project, f"setup/{name}/")


def wizard_parts(setup: Setup, name: str) -> dict[str, Any]:
    """Return what a step's page shares with the others."""
    names = [step for step, _ in STEPS]
    at = names.index(name)
    after = STEPS[at + 1][1].lower() if at + 1 < len(STEPS) else ""
    is_new = setup.project._state.adding
    team = f"/t/{setup.project.team.slug}/"
    before = Link("Back", step_url(setup, names[at - 1]))
    return {
        "crumbs": _crumbs(setup),
        "steps": tuple(
            Step(text=text, state=_state(number, at, setup), url=_url(setup, number))
            for number, (_, text) in enumerate(STEPS)
        ),
        "saved": _saved(setup),
        "here": f"{team}projects/new/" if is_new else step_url(setup, name),
        "keep": f"{team}projects/new/keep/"
        if is_new
        else f"{step_url(setup, f'{name}/keep')}?of={services.ground_of(setup)}",
        "unconfirmed": UNCONFIRMED if name in setup.typed else None,
        "back": before if at else Link("Back to projects", team),
        "forward": f"Continue to {after}" if after else _launch(setup),
    }


def _launch(setup: Setup) -> str:
    return f"Launch run {setup.project.runs.count() + 1}"


def _crumbs(setup: Setup) -> tuple[Link, ...]:
    projects = Link("Projects", f"/t/{setup.project.team.slug}/")
    if setup.project._state.adding:
        return projects, Link("New project", "", current=True)
    project = Link(setup.project.name, project_url(setup.project))
    return projects, project, Link("Setup", "", current=True)


def _saved(setup: Setup) -> str:
    """Say what is stored: nothing yet, a frozen version, or the draft and when."""
    if setup.project._state.adding:
        return ""
    if setup._state.adding:
        last = setup.version - 1
        return f"Version {last} is frozen. A change opens version {setup.version}."
    return f"Draft saved {timezone.localtime(setup.updated_at):%H:%M}"


def _state(number: int, at: int, setup: Setup) -> Any:
    if number == at:
        return "now"
    passed = number < setup.step - 1 or number < at
    return "done" if passed and _holds(setup, STEPS[number][0]) else "next"


def _holds(setup: Setup, step: str) -> bool:
    """Tell whether a step has what no run can do without."""
    if step == "samples":
        return setup.sample_set_id is not None
    return step != "candidates" or bool(setup.document.get("candidates"))


def _url(setup: Setup, number: int) -> str | None:
    """Return the address of a step that may be opened: all up to the one reached."""
    reachable = number <= setup.step and not setup.project._state.adding
    return step_url(setup, STEPS[number][0]) if reachable else None
