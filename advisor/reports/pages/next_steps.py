"""Nothing is recommended: what would change that? Limits to try, samples to add."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor, log10
from urllib.parse import urlencode

from advisor.projects.forms.limits import NUMBERS
from advisor.projects.pages.header import project_url
from advisor.reports.forms import MOVED
from advisor.reports.pages import reasons, words
from advisor.reports.selectors import Result
from advisor.sizing import formats
from advisor.sizing.constraints import NOISY
from advisor.sizing.flip_points import Change
from advisor.sizing.rounding import CLOSE, reached
from advisor.web.parts import Link

DIGITS = 3
UNFIT = "Does not run"
TITLES = {
    "none_qualifies": "What would let one in",
    "undecided": "What would settle it",
    "keep": "What would change it",
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing that would change the answer, and where to do or try it."""

    text: str
    link: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class NextSteps:
    """What to do when nothing is recommended."""

    title: str
    steps: tuple[NextStep, ...]


def next_steps_of(result: Result) -> NextSteps | None:
    """Return what would change the answer; None when a candidate is recommended."""
    document = result.document
    if document["recommended"]:
        return None
    outcome = "keep" if document["keep_reference"] else document["outcome"]
    steps = [*(_samples(result) if outcome == "undecided" else ()), *_limits(result)]
    if outcome == "none_qualifies" and not steps:
        steps += _closest(result)
    setup = project_url(result.run.project, "setup/")
    steps.append(
        NextStep(
            "Other candidates, or other hardware for these, are a new setup version.",
            Link("Change the candidates", f"{setup}candidates/"),
        )
    )
    return NextSteps(title=TITLES[outcome], steps=tuple(steps))


def _samples(result: Result) -> Iterator[NextStep]:
    setup = project_url(result.run.project, "setup/")
    text = "More samples narrow every interval; the reasons below say about how many."
    yield NextStep(text, Link("Add samples", f"{setup}samples/"))


def _closest(result: Result) -> Iterator[NextStep]:
    """Yield the limits that the closest candidate needs, where one is not enough."""
    one = next((f for f in result.findings if f["role"] == "candidate"), None)
    if one is None or one["reason"].startswith(UNFIT):
        return
    if reasons.rows_of(result, one, "unknown"):
        return  # No limit lets it in before these are measured.
    met_from = result.summary.met_from.get(one["id"], {})
    needs = []
    for row in reasons.rows_of(result, one, "failed"):
        at = met_from.get(row.constraint.key)
        if at is None and row.constraint.name in NOISY:
            return  # No value of this limit would do.
        name = words.name_of(row.constraint.key)
        if at is not None:
            up = row.constraint.name not in reasons.AT_LEAST
            at = reached(row.constraint, at, up=up)
        value = formats.amount(row.constraint, row.value if at is None else at)
        estimated = at is not None and reasons.is_estimated(result, row.constraint.key)
        needs.append(f"{name} of {'about ' if estimated else ''}{value}")
    if needs:
        text = f"No single limit does. {one['id']} would need {words.listed(needs)}."
        setup = project_url(result.run.project, "setup/")
        yield NextStep(text, Link("Change the limits", f"{setup}constraints/"))


def _limits(result: Result) -> Iterator[NextStep]:
    """Yield each other limit under which a candidate would be recommended."""
    for point in result.summary.flips:
        for change in (point.below, point.above):
            if change is None or change.recommended is None:
                continue
            constraint = result.constraints[point.name]
            name = words.name_of(point.name)
            up = change is point.above
            enough = reached(constraint, change.limit, up=up, beyond=change.beyond)
            limit = formats.amount(constraint, enough)
            near, it = ("about ", "may") if point.estimated else ("", "would")
            who = f"it {it} be {change.recommended}"
            text = f"{name}: with a limit of {near}{limit} {who}."
            yield NextStep(text, _try(result, point.name, up, change))


def _try(result: Result, name: str, up: bool, change: Change) -> Link:
    """Return where the limit can be tried, or set where it cannot."""
    fields = {
        constraint: (field, unit) for field, (constraint, unit) in NUMBERS.items()
    }
    field, unit = fields.get(name, ("", 1.0))
    if field not in MOVED:
        setup = project_url(result.run.project, "setup/")
        return Link("Change the limit", f"{setup}constraints/")
    limit = _rounded(change.limit / unit, up=up, beyond=change.beyond)
    here = project_url(result.run.project, f"runs/{result.run.number}/compare/")
    return Link("Try it", f"{here}?{urlencode({field: f'{limit:.10g}'})}#what-if-h")


def _rounded(value: float, *, up: bool, beyond: bool) -> float:
    """Return a value with three digits, never nearer to the limit than it was.

    ``beyond`` says that the value itself is not enough.
    """
    if not value:
        return 0.0
    step = 10.0 ** (floor(log10(abs(value))) + 1 - DIGITS)
    steps = ceil(value / step - CLOSE) if up else floor(value / step + CLOSE)
    if beyond and abs(steps - value / step) <= CLOSE:
        steps += 1 if up else -1
    return round(steps * step, 10)
