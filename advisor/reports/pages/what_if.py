"""What would be recommended under other limits? Sliders, the answer, where it flips."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import may
from advisor.projects.forms.limits import NUMBERS
from advisor.projects.pages.header import project_url
from advisor.reports.forms import MOVED, WhatIfForm
from advisor.reports.pages import words
from advisor.reports.pages.charts import charts_under
from advisor.reports.pages.drawn import drawn_of
from advisor.reports.pages.flips import flip_texts
from advisor.reports.pages.ranks import rank_of, recorded_rank
from advisor.reports.pages.sliders import numbers_of, slider_of, stated
from advisor.reports.selectors import Result
from advisor.runs.selectors import case_with
from advisor.sizing.conclusions import Recommendation
from advisor.sizing.errors import InvalidConstraints
from advisor.sizing.flip_points import FlipPoint
from advisor.sizing.recommendation import decide
from advisor.sizing.standings import flips
from advisor.web.kept import Kept
from advisor.web.panels import RankRow, Slider


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
    charts_html: SafeString = SafeString("")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The panel beside the comparison."""

    url: str
    page_url: str
    sliders: tuple[Slider, ...]
    result: WhatIfResult


# As they are before anybody moves a limit: the same for every member.
PANELS: Kept[WhatIf] = Kept(512)
LONGEST, MOST_CHARACTERS = 40, 24_000_000
TRIED: Kept[WhatIfResult] = Kept(
    MOST_CHARACTERS, weigh=lambda one: 4000 + len(one.charts_html)
)


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
    """Return the form of the limits that were tried; what is not given stays."""
    found = stated(result)
    names = movable(result)
    filled = {name: given.get(name, found[name]) for name in names}
    return WhatIfForm(filled if given else None, names=names)


def tried_result(
    result: Result, given: Mapping[str, Any], member: Membership
) -> WhatIfResult:
    """Return the answer to the limits in ``given`` with its charts, kept by them.

    All of it follows from the stored answers, the limits and whether the member may
    save them; a slider that comes back to a place finds what it said there.
    """
    editor = may(member, Role.EDITOR)
    texts = tuple((name, str(given.get(name))) for name in movable(result))

    def made() -> WhatIfResult:
        return result_of_limits(result, form_of(result, given), member, drawn=True)

    if result.version is None or any(len(text) > LONGEST for _, text in texts):
        return made()
    return TRIED.get((result.version, editor, bool(given), texts), made)


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
        ranks=tuple(rank_of(decided, one) for one in decided.findings),
        changes=tuple(told for one in flips(decided) if (told := _change(one))),
        error="",
        save=f"Save as setup version {version + 1}"
        if moved and may(member, Role.EDITOR)
        else "",
        save_url=project_url(run.project, f"runs/{run.number}/what-if/save/"),
        values=tuple((name, str(form[name].value())) for name in form.fields),
        charts_html=_charts(result, decided if moved else None)
        if drawn
        else SafeString(""),
    )


def _charts(result: Result, decided: Recommendation | None) -> SafeString:
    found = drawn_of(result).charts
    shown = found if decided is None else charts_under(result, decided)
    return render_to_string("reports/_tried_charts.html", {"charts": shown.all})


def recorded_result(result: Result) -> WhatIfResult:
    """Return the run's own answer in the same form; nothing is decided again."""
    sentence = str(result.document["sentence"])
    say, rest = _answer(sentence, result.document["recommended"])
    return replace(
        _nothing(""),
        say=say,
        rest=rest,
        ranks=tuple(recorded_rank(result, one) for one in result.findings),
        changes=tuple(told for one in result.summary.flips if (told := _change(one))),
    )


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


def _change(point: FlipPoint) -> str:
    """Return where the answer changes when one limit moves; empty if nowhere."""
    parts = flip_texts(point)
    return f"{words.name_of(point.name)} {'; '.join(parts)}." if parts else ""
