"""What does step 5 show? Every answer with its way back, and what still lacks."""

from collections.abc import Sequence

from advisor.projects.forms import ReviewForm
from advisor.projects.models import Setup
from advisor.projects.pages.wizard import WizardPage, step_url, wizard_parts
from advisor.sizing import constraints, formats
from advisor.sizing.errors import InvalidConstraints
from advisor.web.parts import Fact, Link


def review_page(
    setup: Setup, form: ReviewForm, obstacles: Sequence[Link] = ()
) -> WizardPage:
    """Return step 5; ``obstacles`` is everything that keeps it from being launched."""
    return WizardPage(
        title=f"Review: {setup.project.name}",
        heading="Check your answers",
        lede="Launching freezes this version; a changed one is a new version.",
        form=form,
        extra={
            "goal": _goal(setup),
            "limits": _limits(setup),
            "samples": _samples(setup),
            "models": _models(setup),
            "obstacles": tuple(obstacles),
            "frozen": setup.state == Setup.State.FROZEN,
            "version": setup.version,
        },
        **wizard_parts(setup, "review"),
    )


def _change(setup: Setup, step: str) -> Link:
    return Link("Change", step_url(setup, step))


def _goal(setup: Setup) -> tuple[Fact, ...]:
    document, change = setup.document, _change(setup, "goal")
    kinds = ", ".join(document.get("task_kinds") or ()).replace("_", " ")
    return (
        Fact(term="Goal", value=document.get("goal"), action=change),
        Fact(term="Kinds of task", value=kinds or None, action=change),
        Fact(term="Decision owner", value=document.get("owner"), action=change),
    )


def _limits(setup: Setup) -> tuple[Fact, ...]:
    document, change = setup.document, _change(setup, "constraints")
    has_reference = bool(document.get("reference"))
    try:
        parsed = constraints.parse(
            document.get("constraints") or {}, has_reference=has_reference
        )
    except InvalidConstraints:
        return ()
    return tuple(
        Fact(
            term=one.key.replace("_", " ").capitalize(),
            value=formats.amount(one, one.limit),
            note=one.level,
            action=change,
        )
        for one in parsed
    )


def _samples(setup: Setup) -> tuple[Fact, ...]:
    document, change = setup.document, _change(setup, "samples")
    stored = setup.sample_set
    count = None if stored is None else formats.count(stored.count, "sample")
    scorer = document.get("scorer") or "exact_match"
    name = scorer if isinstance(scorer, str) else scorer.get("name", "")
    return (
        Fact(
            term="Samples",
            value=count,
            note=None if stored is None else stored.name,
            action=change,
        ),
        Fact(term="Prompt", value=document.get("prompt"), action=change),
        Fact(term="Score", value=str(name).replace("_", " "), action=change),
    )


def _models(setup: Setup) -> tuple[Fact, ...]:
    document, change = setup.document, _change(setup, "candidates")
    reference = document.get("reference")
    listed = [one["id"] for one in document.get("candidates") or ()]
    return (
        Fact(
            term="Reference",
            value=reference["id"] if reference else None,
            action=change,
        ),
        Fact(term="Candidates", value=", ".join(listed) or None, action=change),
    )
