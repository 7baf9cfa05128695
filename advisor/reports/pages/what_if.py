"""What would be recommended under other limits? Sliders, the answer, where it flips."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import may
from advisor.projects.forms.limits import NUMBERS
from advisor.projects.pages.header import project_url
from advisor.reports.forms import MOVED, WhatIfForm
from advisor.reports.pages import words
from advisor.reports.pages.charts import charts_under
from advisor.reports.pages.drawn import drawn_of
from advisor.reports.pages.flips import flip_texts
from advisor.reports.pages.reasons import reason_of
from advisor.reports.pages.sliders import numbers_of, slider_of, stated
from advisor.reports.selectors import Result
from advisor.runs.selectors import case_with
from advisor.sizing import formats
from advisor.sizing.conclusions import Finding, Recommendation
from advisor.sizing.errors import InvalidConstraints
from advisor.sizing.flip_points import FlipPoint
from advisor.sizing.recommendation import decide
from advisor.sizing.standings import flips
from advisor.web.figures import ChartFigure
from advisor.web.kept import Kept
from advisor.web.panels import RankRow, Slider
from advisor.web.parts import Verdict


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
    charts: tuple[ChartFigure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The panel beside the comparison."""

    url: str
    page_url: str
    sliders: tuple[Slider, ...]
    result: WhatIfResult


# As they are before anybody moves a limit: the same for every member.
PANELS: Kept[WhatIf] = Kept(512)


def what_if_of(result: Result, given: Mapping[str, Any], member: Membership) -> WhatIf:
    """Return the panel; with limits in ``given`` it holds their answer already."""
    version = result.version
    if version is None or any(name in given for name in MOVED):
        return _panel(result, given, member)
    return PANELS.get(version, lambda: _panel(result, given, member))


def _panel(result: Result, given: Mapping[str, Any], member: Membership) -> WhatIf:
    here = project_url(result.run.project, f"runs/{result.run.number}/")
    names = movable(result)
    form = form_of(result, given)
    tried = any(name in given for name in names)
    shown = form.cleaned_data if tried and form.is_valid() else stated(result)
    return WhatIf(
        url=f"{here}what-if/",
        page_url=f"{here}compare/",
        sliders=tuple(slider_of(name, shown.get(name), result) for name in names),
        result=result_of_limits(result, form, member)
        if tried
        else recorded_result(result),
    )


def movable(result: Result) -> tuple[str, ...]:
    """Return the limits that can be tried: those that the setup states."""
    found = stated(result)
    return tuple(name for name in MOVED if name in found)


def form_of(result: Result, given: Mapping[str, Any]) -> WhatIfForm:
    """Return the form of the limits that were tried."""
    return WhatIfForm(given or None, names=movable(result))


def result_of_limits(
    result: Result, form: WhatIfForm, member: Membership, *, drawn: bool = False
) -> WhatIfResult:
    """Return what the stored answers give under the limits of the form.

    ``drawn`` adds the charts under these limits: the page's own where none is moved.
    """
    if not form.is_valid():
        errors = [told for listed in form.errors.values() for told in listed]
        return _nothing(" ".join(f"{one}." for one in errors))
    try:
        decided = decide(case_with(result.run, result.summary.case, form.limits()))
    except InvalidConstraints as invalid:
        return _nothing(str(invalid.problems[0]))
    run = result.run
    say, rest = _answer(decided.sentence, decided.recommended)
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
        charts=_charts(result, decided if moved else None) if drawn else (),
    )


def _charts(result: Result, decided: Recommendation | None) -> tuple[ChartFigure, ...]:
    if decided is None:
        return drawn_of(result).charts.all
    return charts_under(result, decided).all


def recorded_result(result: Result) -> WhatIfResult:
    """Return the run's own answer in the same form; nothing is decided again."""
    sentence = str(result.document["sentence"])
    say, rest = _answer(sentence, result.document["recommended"])
    return replace(
        _nothing(""),
        say=say,
        rest=rest,
        ranks=tuple(_recorded_rank(result, one) for one in result.findings),
        changes=tuple(told for one in result.summary.flips if (told := _change(one))),
    )


def _recorded_rank(result: Result, one: Mapping[str, Any]) -> RankRow:
    verdict = reason_of(result, one).verdict
    recommended = one["id"] == result.document["recommended"]
    value = _value(result.run.manifest["objective"], objective_of(result, one))
    return RankRow(
        name=one["id"], value=value, verdict=verdict, recommended=recommended
    )


def objective_of(result: Result, one: Mapping[str, Any]) -> float | None:
    """Return what is to be small of a stored finding, None where it is not known."""
    kind = result.run.manifest["objective"]
    if kind == "latency":
        return words.value_of((one["latency_ms"] or {}).get("p95"))
    if kind == "size":
        row = result.rows[one["id"]]
        size = (row.facts or {}).get("parameters") or row.spec.get("parameters")
        return None if size is None else float(size)
    monthly = any(found["cost"]["per_month"] for found in result.findings)
    return words.value_of(one["cost"]["per_month" if monthly else "per_1000_requests"])


def _answer(sentence: str, recommended: str | None) -> tuple[str, str]:
    """Return the answer in a few words, and the sentence behind it."""
    first = sentence.partition(". ")[0].rstrip(".") + "."
    if recommended is None:
        return first, ""
    _, _, rest = first.partition(": ")
    return f"Would use {recommended}", rest[:1].upper() + rest[1:]


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


def _in_units(result: Result) -> dict[str, float | None]:
    numbers = numbers_of(result)
    names = (NUMBERS[field][0] for field in movable(result))
    return {name: round(numbers[name], 10) for name in names}


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
        value=_value(decided.case.objective, finding.objective),
        verdict=verdict,
        recommended=chosen,
    )


def _value(kind: str, value: float | None) -> str:
    """Return an objective with its unit."""
    if value is None:
        return formats.DASH
    if kind == "latency":
        return formats.duration(value)
    if kind == "size":
        return f"{formats.number(value / 1e6, 1)} M"
    return formats.money(value)


def _change(point: FlipPoint) -> str:
    """Return where the answer changes when one limit moves; empty if nowhere."""
    parts = flip_texts(point)
    return f"{words.name_of(point.name)} {'; '.join(parts)}." if parts else ""
