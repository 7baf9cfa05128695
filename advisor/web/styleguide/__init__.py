"""What does every component look like in every state? The values of the styleguide.

The samples are made up and say so on the page; they also serve the tests, which render
each component in each of these states.
"""

from dataclasses import dataclass

from django import forms

from advisor.web import parts
from advisor.web.figures import ChartFigure, HeatRow
from advisor.web.gauge import Gauge
from advisor.web.panels import EffectPanel, RankRow, Slider
from advisor.web.parts import Link
from advisor.web.styleguide.fields import broken_form, plain_form
from advisor.web.styleguide.figures import CHART, HEAT_COLUMNS, HEAT_ROWS
from advisor.web.styleguide.pages import (
    ALERTS,
    ANSWERS,
    EMPTY,
    FACTS,
    GAUGES,
    LIMITS,
    LOG,
    NOTICES,
    PROBLEMS,
    STATS,
    STEPS,
    SWATCHES,
    TAGS,
    VERDICTS,
)
from advisor.web.styleguide.panels import PANEL, RANK, SLIDERS


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleguidePage:
    """Every component with its states."""

    title: str
    anchors: tuple[Link, ...]
    crumbs: tuple[Link, ...]
    tabs: tuple[Link, ...]
    segments: tuple[Link, ...]
    actions: tuple[parts.Action, ...]
    swatches: tuple[tuple[str, str], ...]
    verdicts: tuple[tuple[parts.Verdict, str], ...]
    gauges: tuple[Gauge, ...]
    limits: tuple[parts.Limit, ...]
    tags: tuple[parts.Tag, ...]
    stats: tuple[parts.Stat, ...]
    alerts: tuple[parts.Alert, ...]
    notices: tuple[parts.Notice, ...]
    facts: tuple[parts.Fact, ...]
    steps: tuple[parts.Step, ...]
    empty: tuple[parts.Empty, ...]
    answers: tuple[parts.AnswerCard, ...]
    log: tuple[parts.LogLine, ...]
    problems: tuple[parts.Problem, ...]
    heat_columns: tuple[str, ...]
    heat_rows: tuple[HeatRow, ...]
    chart: ChartFigure
    paging: parts.Paging
    form: forms.Form
    broken_form: forms.Form
    back: Link
    panel: EffectPanel
    sliders: tuple[Slider, ...]
    rank: tuple[RankRow, ...]
    has_sign_in: bool = False
    top_links: tuple[Link, ...] = ()


def styleguide_page() -> StyleguidePage:
    """Put all specimens together."""
    rooms = "Colour Type Verdicts Text Forms Panels Tables Charts Answers Empty Trouble"
    return StyleguidePage(
        title="Components and states",
        anchors=tuple(Link(room, f"#{room.lower()}") for room in rooms.split()),
        crumbs=(Link("Projects", "#"), Link("Ticket routing", "#"), Link("Run 3", "")),
        tabs=tuple(
            Link(text, "#tabs", text == "Comparison")
            for text in ("Comparison", "Runs", "Setup", "Report", "Activity")
        ),
        segments=(Link("All 8", "#seg", True), Link("Decided 5", "#seg")),
        actions=(
            parts.Action("Primary", "#", "primary", "plus"),
            parts.Action("Secondary", "#"),
            parts.Action("Quiet", "#", "quiet"),
            parts.Action("Danger", "#", "danger"),
        ),
        swatches=SWATCHES,
        verdicts=VERDICTS,
        gauges=GAUGES,
        limits=LIMITS,
        tags=TAGS,
        stats=STATS,
        alerts=ALERTS,
        notices=NOTICES,
        facts=FACTS,
        steps=STEPS,
        empty=EMPTY,
        answers=ANSWERS,
        log=LOG,
        problems=PROBLEMS,
        heat_columns=HEAT_COLUMNS,
        heat_rows=HEAT_ROWS,
        chart=CHART,
        paging=parts.Paging(first=51, last=100, total=240, previous="#", next="#"),
        form=plain_form(),
        broken_form=broken_form(),
        back=Link("Keep running", "#"),
        panel=PANEL,
        sliders=SLIDERS,
        rank=RANK,
    )
