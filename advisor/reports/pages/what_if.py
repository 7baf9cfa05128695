"""What would be recommended under other limits? Sliders, the answer, where it flips."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Any

from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import may
from advisor.projects.forms.limits import NUMBERS
from advisor.projects.pages.header import project_url
from advisor.reports.forms import MOVED, WhatIfForm, limits_in_form
from advisor.reports.pages import words
from advisor.reports.selectors import Result
from advisor.runs.selectors import case_with
from advisor.sizing import formats
from advisor.sizing.conclusions import Finding, Recommendation
from advisor.sizing.constraints import Constraint
from advisor.sizing.errors import InvalidConstraints
from advisor.sizing.flip_points import Change, FlipPoint
from advisor.sizing.recommendation import decide
from advisor.sizing.standings import flips
from advisor.web.panels import RankRow, Slider
from advisor.web.parts import Verdict

UNITS = {
    "margin": "points",
    "minimum": "points",
    "p95": "s",
    "volume": "a month",
    "budget": "$",
}
LABELS = {
    "margin": "Quality margin",
    "minimum": "Minimum quality",
    "p95": "p95 latency",
    "volume": "Requests",
    "budget": "Monthly budget",
}
# How far a slider reaches by the limit that was set, and its steps.
REACH = {"margin": 3.0, "minimum": 1.0, "p95": 3.0, "volume": 10.0, "budget": 4.0}
STEPS = {"margin": 0.5, "minimum": 0.5, "p95": 0.05, "volume": 1000.0, "budget": 5.0}
MOST = {"margin": 30.0, "minimum": 100.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIfResult:
    """What the limits that were tried would give; ``error`` where they give nothing."""

    say: str
    rest: str
    recorded: str
    ranks: tuple[RankRow, ...]
    changes: tuple[str, ...]
    error: str
    save: str
    save_url: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The panel beside the comparison."""

    url: str
    page_url: str
    sliders: tuple[Slider, ...]
    result: WhatIfResult | None


def what_if_of(result: Result, given: Mapping[str, Any], member: Membership) -> WhatIf:
    """Return the panel; with limits in ``given`` it holds their answer already."""
    here = project_url(result.run.project, f"runs/{result.run.number}/")
    names = movable(result)
    form = form_of(result, given)
    tried = any(name in given for name in names)
    shown = form.cleaned_data if tried and form.is_valid() else _set(result)
    return WhatIf(
        url=f"{here}what-if/",
        page_url=f"{here}compare/",
        sliders=tuple(_slider(name, shown.get(name), result) for name in names),
        result=result_of_limits(result, form, member) if tried else None,
    )


def movable(result: Result) -> tuple[str, ...]:
    """Return the limits that can be tried: those that the setup states."""
    stated = _set(result)
    return tuple(name for name in MOVED if name in stated)


def form_of(result: Result, given: Mapping[str, Any]) -> WhatIfForm:
    """Return the form of the limits that were tried."""
    return WhatIfForm(given or None, names=movable(result))


def result_of_limits(
    result: Result, form: WhatIfForm, member: Membership
) -> WhatIfResult:
    """Return what the stored answers give under the limits of the form."""
    if not form.is_valid():
        errors = [told for listed in form.errors.values() for told in listed]
        return _nothing(" ".join(f"{one}." for one in errors))
    try:
        decided = decide(case_with(result.run, form.limits()))
    except InvalidConstraints as invalid:
        return _nothing(str(invalid.problems[0]))
    run = result.run
    say, rest = _words(decided)
    moved = form.limits() != _in_units(result)
    version = run.setup.version
    return WhatIfResult(
        say=say,
        rest=rest,
        recorded=_recorded(result) if moved else "",
        ranks=tuple(_rank(decided, one) for one in decided.findings),
        changes=tuple(told for one in flips(decided) if (told := _change(one))),
        error="",
        save=f"Save as setup version {version + 1}"
        if moved and may(member, Role.EDITOR)
        else "",
        save_url=project_url(run.project, f"runs/{run.number}/what-if/save/"),
        values=tuple((name, str(form[name].value())) for name in form.fields),
    )


def _words(decided: Recommendation) -> tuple[str, str]:
    """Return the answer in a few words, and the sentence behind it."""
    sentence = decided.sentence.partition(". ")[0].rstrip(".") + "."
    if decided.recommended is None:
        return sentence, ""
    _, _, rest = sentence.partition(": ")
    return f"Would use {decided.recommended}", rest[:1].upper() + rest[1:]


def _nothing(error: str) -> WhatIfResult:
    return WhatIfResult(
        say="",
        rest="",
        recorded="",
        ranks=(),
        changes=(),
        error=error,
        save="",
        save_url="",
        values=(),
    )


def _numbers(result: Result) -> dict[str, float]:
    return {
        key: one.number
        for key, one in result.constraints.items()
        if one.tag is None and isinstance(one.limit, int | float)
    }


def _set(result: Result) -> dict[str, float]:
    """Return the limits of the setup by field, in the units of the form."""
    return limits_in_form(_numbers(result))


def _in_units(result: Result) -> dict[str, float | None]:
    numbers = _numbers(result)
    names = (NUMBERS[field][0] for field in movable(result))
    return {name: round(numbers[name], 10) for name in names}


def _slider(name: str, value: float | None, result: Result) -> Slider:
    before, step = _set(result)[name], STEPS[name]
    most = min(MOST.get(name, float("inf")), before * REACH[name])
    most = 100.0 if name == "minimum" else max(step, ceil(most / step) * step)
    step = step if most / step < 2000 else most / 1000
    shown = before if value is None else value
    return Slider(
        name=name,
        label=LABELS[name],
        value=min(shown, most),
        shown="" if value is None else f"{shown:,.10g}",
        unit=UNITS[name],
        least=step if name == "margin" else 0.0,
        most=most,
        step=step,
        ends=("0", f"{most:,.4g}" if most < 1e6 else f"{most / 1e6:,.3g} M"),
    )


def _recorded(result: Result) -> str:
    """Return what the run itself decided, which nothing here changes."""
    if result.recommended is not None:
        return f"Recorded: {result.recommended['id']}."
    kept = result.document["keep_reference"]
    outcome = str(result.document["outcome"]).replace("_", " ")
    return f"Recorded: {'keep the reference' if kept else outcome}."


def _rank(decided: Recommendation, finding: Finding) -> RankRow:
    chosen = finding.id == decided.recommended
    if finding.evidence.role == "reference":
        verdict = words.REFERENCE
    else:
        known = words.VERDICTS[finding.standing]
        text = known.text
        if finding.standing in ("rejected", "undecided"):
            text = finding.reason.partition(":")[0]
        verdict = Verdict(known.tone, known.icon, text)
    return RankRow(
        name=finding.id,
        value=_objective(decided, finding),
        verdict=verdict,
        recommended=chosen,
    )


def _objective(decided: Recommendation, finding: Finding) -> str:
    value, kind = finding.objective, decided.case.objective
    if value is None:
        return formats.DASH
    if kind == "latency":
        return formats.duration(value)
    if kind == "size":
        return f"{formats.number(value / 1e6, 1)} M"
    return formats.money(value)


def _change(point: FlipPoint) -> str:
    """Return where the answer changes when one limit moves; empty if nowhere."""
    name, _, tag = point.name.partition(".")
    constraint = Constraint(name=name, limit=point.limit, tag=tag or None)
    parts = [
        _from(constraint, side, change)
        for side, change in (("below", point.below), ("above", point.above))
        if change is not None and isfinite(change.limit) and change.limit > 0
    ]
    if not parts:
        return ""
    return f"{words.name_of(point.name)} {'; '.join(parts)}."


def _from(constraint: Constraint, side: str, change: Change) -> str:
    at = side if change.beyond else "from"
    answer = change.recommended or {
        "none_qualifies": "none qualifies",
        "undecided": "undecided",
    }.get(change.outcome, "")
    return f"{at} {formats.amount(constraint, change.limit)}: {answer}"
