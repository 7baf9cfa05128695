"""What still keeps a setup from being launched? Said as the wizard says it, with a way.

A problem of the schema names a key; here it becomes a sentence and a link to the step
that holds the field.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from advisor.projects.models import Setup
from advisor.projects.pages.labels import limit_label
from advisor.projects.pages.wizard import STEPS, step_url
from advisor.projects.schema import Problem, SetupInvalid, parse_setup
from advisor.projects.services import known_names
from advisor.web.parts import Link

SENTENCES = {
    ("samples", "is missing"): "Upload sample tasks, or use the built-in ones.",
    ("samples", "are missing"): "Upload sample tasks, or use the built-in ones.",
    ("candidates", "is missing"): "Add at least one model under test.",
    ("candidates", "is too short"): "Add at least one model under test.",
    ("constraints.min_quality", "is required when there is no reference"): (
        "State a minimum quality, since there is no reference to compare with."
    ),
    ("constraints.quality_margin", "needs a reference to lose against"): (
        "Add a reference, or empty the quality margin."
    ),
}
STEP_OF = {
    "samples": "samples",
    "mapping": "samples",
    "prompt": "samples",
    "scorer": "samples",
    "max_output_tokens": "samples",
    "constraints": "constraints",
    "load_profile": "constraints",
    "output_tokens": "constraints",
    "residency": "constraints",
    "labelled_examples": "constraints",
    "unlabelled_texts": "constraints",
    "candidates": "candidates",
    "reference": "candidates",
    "repeats": "review",
    "seed": "review",
    "budget_usd": "review",
    "consent": "review",
    "consent_personal_data": "review",
    "objective": "review",
    "tuning_share": "samples",
}
LABELS = {
    "samples": "Sample tasks",
    "prompt": "Prompt",
    "scorer": "Score",
    "max_output_tokens": "Longest answer",
    "project": "Project name",
    "goal": "Goal",
    "consent": "Consent to send the samples",
    "consent_personal_data": "Consent to send personal data",
}


def obstacles_of(setup: Setup) -> tuple[Link, ...]:
    """Return what keeps a draft from being launched, as far as its values show."""
    given = {**setup.document, "samples": setup.sample_set_id}
    known = known_names(setup.project.team)
    half_way = unconfirmed(setup)
    try:
        parse_setup(given, stored=True, known=known)
    except SetupInvalid as invalid:
        return (*half_way, *told(setup, invalid.problems))
    return half_way


def unconfirmed(setup: Setup) -> tuple[Link, ...]:
    """Return the steps that hold something typed and not confirmed, with the way."""
    return tuple(
        Link(
            f"{name}: what you typed last was not checked. Continue from there.",
            step_url(setup, step),
        )
        for step, name in STEPS
        if step in setup.typed and step != "review"
    )


def told(setup: Setup, problems: Sequence[Problem]) -> tuple[Link, ...]:
    """Return each problem as a sentence that leads to the step of its field."""
    links = [_link(setup, one) for one in problems]
    return tuple(dict.fromkeys(links))


def _link(setup: Setup, problem: Problem) -> Link:
    first, _, rest = problem.path.partition(".")
    entry, key = _entry(setup.document, first, rest)
    step = "candidates" if entry else STEP_OF.get(first, "goal")
    sentence = SENTENCES.get((problem.path, problem.wrong))
    if sentence is None:
        subject = _of_model(entry, key) if entry else _label(first, rest)
        sentence = f"{subject}: {problem.wrong.rstrip('.')}. {problem.remedy}"
    return Link(sentence, step_url(setup, step))


def _entry(document: Mapping[str, Any], first: str, rest: str) -> tuple[str, str]:
    """Return the name of the model that a path is about, and the key within it."""
    listed = document.get("candidates") or ()
    if first == "candidates" and rest:
        place, _, key = rest.partition(".")
        known = place.isdigit() and int(place) < len(listed)
        return (listed[int(place)].get("id") or place if known else place), key
    reference = document.get("reference") or {}
    if first == "reference":
        return reference.get("id") or "The reference", rest
    names = {one.get("id") for one in (*listed, reference)}
    return (first, rest) if first in names and first else ("", rest)


def _of_model(name: str, key: str) -> str:
    return f"{name}, {key.replace('_', ' ').replace('.', ', ')}" if key else name


def _label(first: str, rest: str) -> str:
    if first == "constraints" and rest:
        return limit_label(rest)
    return LABELS.get(first, first.replace("_", " ").capitalize())
