"""What does step 5 show? Every answer with its way back, and what still lacks."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from advisor.projects.forms import ReviewForm
from advisor.projects.forms.choices import (
    HOSTING,
    LICENCE_USES,
    PERSONAL_DATA,
    PROFILES,
    RESIDENCIES,
    Choices,
)
from advisor.projects.forms.goal import KINDS
from advisor.projects.forms.samples import SCORERS, SEVERAL
from advisor.projects.models import Setup
from advisor.projects.pages.estimate import RunEstimate
from advisor.projects.pages.labels import chosen, field_label, limit_label
from advisor.projects.pages.margin import plan_of
from advisor.projects.pages.run_panel import run_panel
from advisor.projects.pages.wizard import WizardPage, step_url, wizard_parts
from advisor.sizing import constraints, formats
from advisor.sizing.constraints import Constraint
from advisor.sizing.errors import InvalidConstraints
from advisor.web.parts import Fact, Link

CHOSEN: dict[str, Choices] = {
    "load_profile": PROFILES,
    "residency": RESIDENCIES,
    "personal_data": PERSONAL_DATA,
    "licence_use": LICENCE_USES,
}
COUNTED = ("input_tokens", "output_tokens", "labelled_examples", "unlabelled_texts")


@dataclass(frozen=True, slots=True)
class Section:
    """The answers of one step, and the way back to it."""

    title: str
    change: Link
    facts: tuple[Fact, ...]


def review_page(
    setup: Setup,
    form: ReviewForm,
    obstacles: Sequence[Link],
    estimate: RunEstimate,
) -> WizardPage:
    """Return step 5; ``obstacles`` is everything that keeps it from being launched."""
    return WizardPage(
        title=f"Review: {setup.project.name}",
        heading="Check before you launch",
        lede=f"These values are frozen as setup version {setup.version}, so that the"
        " result can be repeated.",
        form=form,
        panel=run_panel(estimate),
        extra={
            "sections": tuple(
                Section(title, Link("Change", step_url(setup, step)), facts)
                for title, step, facts in answers_of(setup)
            ),
            "obstacles": tuple(obstacles),
            "version": setup.version,
        },
        **wizard_parts(setup, "review"),
    )


def answers_of(setup: Setup) -> tuple[tuple[str, str, tuple[Fact, ...]], ...]:
    """Return what a setup says, by its four steps: title, address and answers."""
    return (
        ("Goal", "goal", _goal(setup.document)),
        ("Constraints", "constraints", _limits(setup.document)),
        ("Sample tasks", "samples", _samples(setup)),
        ("Candidates", "candidates", _models(setup.document)),
    )


def _goal(document: Mapping[str, Any]) -> tuple[Fact, ...]:
    kinds = ", ".join(chosen(KINDS, one) for one in document.get("task_kinds") or ())
    day = document.get("decide_by")
    by = f", by {date.fromisoformat(day):%-d %B %Y}" if day else ""
    owner = document.get("owner")
    return (
        Fact(term="Goal", value=document.get("goal")),
        Fact(term="Kinds of task", value=kinds or None),
        Fact(term="Decision owner", value=f"{owner}{by}" if owner else None),
    )


def _limits(document: Mapping[str, Any]) -> tuple[Fact, ...]:
    others = [
        Fact(term=field_label(key), value=_stated(key, document[key]))
        for key in (*CHOSEN, *COUNTED)
        if document.get(key)
    ]
    return (*(_limit(one) for one in _parsed(document)), *others)


def _parsed(document: Mapping[str, Any]) -> tuple[Constraint, ...]:
    """Return the limits that can be read; what is wrong stands above the answers."""
    stated = document.get("constraints") or {}
    for has_reference in (bool(document.get("reference")), True):
        with suppress(InvalidConstraints):
            return constraints.parse(stated, has_reference=has_reference)
    return ()


def _limit(one: Constraint) -> Fact:
    value = formats.amount(one, one.limit)
    if one.name == "hosting":
        value = ", ".join(chosen(HOSTING, place) for place in one.names)
    preferred = "preferred" if one.level == "prefer" else None
    return Fact(term=limit_label(one.key), value=value, note=preferred)


def _stated(key: str, value: Any) -> str:
    if key in CHOSEN:
        return chosen(CHOSEN[key], value)
    what = {"labelled_examples": "example", "unlabelled_texts": "text"}
    return formats.count(value, what.get(key, "token"))


def _samples(setup: Setup) -> tuple[Fact, ...]:
    document, stored = setup.document, setup.sample_set
    scorer = document.get("scorer") or "exact_match"
    several = SEVERAL if isinstance(scorer, list) else scorer
    name = several.get("name") if isinstance(several, Mapping) else several
    return (
        Fact(
            term="Samples",
            value=formats.count(stored.count, "sample") if stored else None,
            note=stored.name if stored else None,
        ),
        Fact(
            term="They can show",
            value=plan_of(setup).sentence if stored else None,
            note="Estimated, with 80% power" if stored else None,
        ),
        Fact(term="Prompt", value=document.get("prompt")),
        Fact(term="Score", value=chosen(SCORERS, name)),
    )


def _models(document: Mapping[str, Any]) -> tuple[Fact, ...]:
    reference = document.get("reference")
    listed = [one["id"] for one in document.get("candidates") or ()]
    return (
        Fact(term="Reference", value=reference["id"] if reference else None),
        Fact(
            term="Candidates",
            value=formats.count(len(listed), "model") if listed else None,
            note=", ".join(listed),
        ),
    )
