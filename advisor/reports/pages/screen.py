"""What does the comparison page show beside the comparison itself? Charts and links."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from advisor.charts import cost_volume, latency, trade_off
from advisor.charts.parts import Figure
from advisor.charts.values import CostVolume, Latencies, TradeOff
from advisor.projects.pages.header import ProjectHeader, header_of, project_url
from advisor.reports.pages.comparison import Comparison, comparison_of
from advisor.reports.pages.deciding import DecidePanel
from advisor.reports.pages.next_steps import NextSteps, next_steps_of
from advisor.reports.pages.samples import SampleList
from advisor.reports.pages.volumes import cost_volume_table
from advisor.reports.pages.what_if import WhatIf
from advisor.reports.selectors import Result
from advisor.runs.models import Run
from advisor.web.figures import ChartFigure, DataTable
from advisor.web.kept import Kept
from advisor.web.parts import Action, Empty, Link

SECTIONS = (
    ("why-not", "Why not the others"),
    ("trade-off", "Cost and quality"),
    ("latency", "Latency"),
    ("volume", "Cost and volume"),
    ("tags", "Quality by tag"),
    ("samples", "Samples"),
    ("techniques", "Techniques"),
    ("method", "Method"),
    ("what-if-h", "What if"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a recommendation alone decides: it never changes while ``key`` stays."""

    key: str
    comparison: Comparison
    next: NextSteps | None
    trade_off: ChartFigure
    latency: ChartFigure | None
    volume: ChartFigure | None
    downloads: tuple[Link, ...]


KEPT: Kept[Drawn] = Kept(48)
HTML: Kept[SafeString] = Kept(96)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonPage:
    """The page of one finished run."""

    title: str
    header: ProjectHeader
    run_line: tuple[str, ...]
    setup: Link
    comparison: Comparison
    next: NextSteps | None
    anchors: tuple[Link, ...]
    first_html: SafeString
    last_html: SafeString
    samples: SampleList
    what_if: WhatIf | None
    decide: DecidePanel


@dataclass(frozen=True, slots=True, kw_only=True)
class NoComparisonPage:
    """The page of a run that has no recommendation."""

    title: str
    header: ProjectHeader
    empty: Empty


def comparison_page(
    result: Result, samples: SampleList, what_if: WhatIf, decide: DecidePanel
) -> ComparisonPage:
    """Return the page of a finished run."""
    run, drawn = result.run, drawn_of(result)
    comparison = drawn.comparison
    here = project_url(run.project, f"runs/{run.number}/")
    export = Action("PDF report", f"{here}report/", "secondary", "file")
    shown = {
        "latency": comparison.latencies is not None,
        "volume": comparison.cost_volume is not None,
        "what-if-h": bool(what_if.sliders),
        "tags": bool(comparison.slice_rows),
    }
    return ComparisonPage(
        title=f"Comparison: {run.project.name}",
        header=header_of(run.project, "Comparison", (export,)),
        run_line=_run_line(result),
        setup=Link(
            f"Setup version {run.setup.version}", project_url(run.project, "setup/")
        ),
        comparison=comparison,
        next=drawn.next,
        anchors=tuple(
            Link(text, f"#{name}") for name, text in SECTIONS if shown.get(name, True)
        ),
        first_html=_html("reports/_evidence.html", drawn),
        last_html=_html("reports/_method.html", drawn),
        samples=samples,
        what_if=what_if if what_if.sliders else None,
        decide=decide,
    )


def _html(template: str, drawn: Drawn) -> SafeString:
    """Return a part of the page that is the same for everybody, rendered once."""
    return HTML.get(
        (template, drawn.key), lambda: render_to_string(template, {"drawn": drawn})
    )


def drawn_of(result: Result) -> Drawn:
    """Return what a run's recommendation alone decides, kept by its version."""
    run = result.run
    key = (run.pk, run.recommendation.sha256)
    return KEPT.get(key, lambda: _drawn(result))


def _drawn(result: Result) -> Drawn:
    run, comparison = result.run, comparison_of(result)
    here = project_url(run.project, f"runs/{run.number}/")
    return Drawn(
        key=f"{run.pk}-{run.recommendation.sha256}",
        comparison=comparison,
        next=next_steps_of(result),
        **_charts(comparison),
        downloads=(Link("JSON", f"{here}recommendation.json"),),
    )


def _charts(comparison: Comparison) -> dict[str, Any]:
    """Return the three charts by their place on the page."""
    trade, times, costs = (
        comparison.trade_off,
        comparison.latencies,
        comparison.cost_volume,
    )
    return {
        "trade_off": _chart(
            trade,
            partial(trade_off.trade_off, trade),
            comparison.trade_off_table,
            name="trade-off",
        ),
        "latency": times
        and _chart(
            times,
            partial(latency.latencies, times),
            comparison.latency_table,
            name="latency",
        ),
        "volume": costs
        and _chart(
            costs,
            partial(cost_volume.cost_volume, costs),
            cost_volume_table(costs),
            name="volume",
        ),
    }


def no_comparison_page(run: Run) -> NoComparisonPage:
    """Return what is shown while a run has no recommendation."""
    here = project_url(run.project, f"runs/{run.number}/")
    state = run.get_state_display().lower()
    return NoComparisonPage(
        title=f"Comparison: {run.project.name}",
        header=header_of(run.project, "Comparison"),
        empty=Empty(
            title="No comparison yet",
            text=f"Run {run.number} is {state}. The comparison comes with its end.",
            actions=(Action(f"Open run {run.number}", here, "primary"),),
        ),
    )


def _run_line(result: Result) -> tuple[str, ...]:
    run, count = result.run, result.run.manifest["samples"]["count"]
    finished = run.finished_at or run.created_at
    return (
        f"Run {run.number}, finished {finished:%-d %b %Y %H:%M}",
        f"{count} samples",
    )


def _chart(
    shown: TradeOff | Latencies | CostVolume,
    draw: Callable[..., Figure],
    table: DataTable,
    *,
    name: str,
) -> ChartFigure:
    """Return a figure with its words and its table."""
    return ChartFigure(
        id=f"chart-{name}",
        summary=f"{shown.summary} All values are in the table below the chart.",
        figure=draw(mode="light"),
        table=table,
    )
