"""What does every component look like in every state? The values of the styleguide.

The samples are made up and say so on the page; they also serve the tests, which render
each component in each of these states.
"""

from dataclasses import dataclass, field

from django import forms

from advisor.web import parts
from advisor.web.figures import ChartFigure, HeatRow
from advisor.web.gauge import Gauge
from advisor.web.panels import EffectPanel, Gain, RankRow, Slider
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
from advisor.web.styleguide.panels import GAINS, PANEL, RANK, SLIDERS

ROOMS = "Colour Type Verdicts Text Forms Panels Tables Charts Answers Empty Trouble"
TABS = ("Comparison", "Runs", "Setup", "Report", "Activity")


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleguidePage:
    """Every component with its states."""

    title: str = "Components and states"
    anchors: tuple[Link, ...] = tuple(Link(x, f"#{x.lower()}") for x in ROOMS.split())
    crumbs: tuple[Link, ...] = (
        Link("Projects", "#"),
        Link("Ticket routing", "#"),
        Link("Run 3", ""),
    )
    tabs: tuple[Link, ...] = tuple(Link(x, "#tabs", x == TABS[0]) for x in TABS)
    segments: tuple[Link, ...] = (
        Link("All 8", "#seg", True),
        Link("Decided 5", "#seg"),
    )
    actions: tuple[parts.Action, ...] = (
        parts.Action("Primary", "#", "primary", "plus"),
        parts.Action("Secondary", "#"),
        parts.Action("Quiet", "#", "quiet"),
        parts.Action("Danger", "#", "danger"),
    )
    swatches: tuple[tuple[str, str], ...] = SWATCHES
    verdicts: tuple[tuple[parts.Verdict, str], ...] = VERDICTS
    gauges: tuple[Gauge, ...] = GAUGES
    limits: tuple[parts.Limit, ...] = LIMITS
    tags: tuple[parts.Tag, ...] = TAGS
    stats: tuple[parts.Stat, ...] = STATS
    alerts: tuple[parts.Alert, ...] = ALERTS
    notices: tuple[parts.Notice, ...] = NOTICES
    facts: tuple[parts.Fact, ...] = FACTS
    steps: tuple[parts.Step, ...] = STEPS
    empty: tuple[parts.Empty, ...] = EMPTY
    answers: tuple[parts.AnswerCard, ...] = ANSWERS
    log: tuple[parts.LogLine, ...] = LOG
    problems: tuple[parts.Problem, ...] = PROBLEMS
    heat_columns: tuple[str, ...] = HEAT_COLUMNS
    heat_rows: tuple[HeatRow, ...] = HEAT_ROWS
    chart: ChartFigure = CHART
    paging: parts.Paging = parts.Paging(
        first=51, last=100, total=240, previous="#", next="#"
    )
    form: forms.Form = field(default_factory=plain_form)
    broken_form: forms.Form = field(default_factory=broken_form)
    back: Link = Link("Keep running", "#")
    panel: EffectPanel = PANEL
    sliders: tuple[Slider, ...] = SLIDERS
    rank: tuple[RankRow, ...] = RANK
    gains: tuple[Gain, ...] = GAINS
    has_sign_in: bool = False
    top_links: tuple[Link, ...] = ()


def styleguide_page() -> StyleguidePage:
    """Put all specimens together; the forms are made anew."""
    return StyleguidePage()
