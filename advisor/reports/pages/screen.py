"""What does the comparison page show beside the comparison itself? Charts and links."""

from dataclasses import dataclass

from advisor.charts import cost_volume, latency, trade_off
from advisor.projects.pages.header import ProjectHeader, header_of, project_url
from advisor.reports.pages.comparison import Comparison, comparison_of
from advisor.reports.pages.samples import SampleList
from advisor.reports.pages.volumes import cost_volume_table
from advisor.reports.pages.what_if import WhatIf
from advisor.reports.selectors import Result
from advisor.runs.models import Run
from advisor.web.figures import ChartFigure
from advisor.web.parts import Action, Empty, Link

SECTIONS = (
    ("why-not", "Why not the others"),
    ("trade-off", "Cost and quality"),
    ("latency", "Latency"),
    ("volume", "Cost and volume"),
    ("tags", "Quality by tag"),
    ("samples", "Samples"),
    ("method", "Method"),
    ("what-if-h", "What if"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonPage:
    """The page of one finished run."""

    title: str
    header: ProjectHeader
    run_line: tuple[str, ...]
    setup: Link
    comparison: Comparison
    anchors: tuple[Link, ...]
    trade_off: ChartFigure
    latency: ChartFigure | None
    volume: ChartFigure | None
    samples: SampleList
    what_if: WhatIf | None
    downloads: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoComparisonPage:
    """The page of a run that has no recommendation."""

    title: str
    header: ProjectHeader
    empty: Empty


def comparison_page(
    result: Result, samples: SampleList, what_if: WhatIf
) -> ComparisonPage:
    """Return the page of a finished run."""
    run, comparison = result.run, comparison_of(result)
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
        anchors=tuple(
            Link(text, f"#{name}") for name, text in SECTIONS if shown.get(name, True)
        ),
        trade_off=_trade_off(comparison),
        latency=_latency(comparison),
        volume=_volume(comparison),
        samples=samples,
        what_if=what_if if what_if.sliders else None,
        downloads=(Link("JSON", f"{here}recommendation.json"),),
    )


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


def _trade_off(comparison: Comparison) -> ChartFigure:
    trade = comparison.trade_off
    return ChartFigure(
        id="chart-trade-off",
        summary=f"{trade.summary} All values are in the table below the chart.",
        light=trade_off.trade_off(trade, mode="light"),
        dark=trade_off.trade_off(trade, mode="dark"),
        table=comparison.trade_off_table,
    )


def _latency(comparison: Comparison) -> ChartFigure | None:
    chart = comparison.latencies
    if chart is None:
        return None
    return ChartFigure(
        id="chart-latency",
        summary=f"{chart.summary} All values are in the table below the chart.",
        light=latency.latencies(chart, mode="light"),
        dark=latency.latencies(chart, mode="dark"),
        table=comparison.latency_table,
    )


def _volume(comparison: Comparison) -> ChartFigure | None:
    chart = comparison.cost_volume
    if chart is None:
        return None
    return ChartFigure(
        id="chart-volume",
        summary=f"{chart.summary} All values are in the table below the chart.",
        light=cost_volume.cost_volume(chart, mode="light"),
        dark=cost_volume.cost_volume(chart, mode="dark"),
        table=cost_volume_table(chart),
    )
