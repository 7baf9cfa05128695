"""What does the comparison page show beside the comparison itself? Charts and links."""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from advisor.adaptations.pages.offers import Offers
from advisor.projects.pages.header import (
    ProjectHeader,
    header_of,
    project_url,
    version_link,
)
from advisor.reports.pages.comparison import Comparison
from advisor.reports.pages.deciding import DecidePanel
from advisor.reports.pages.drawn import Drawn, drawn_of
from advisor.reports.pages.next_steps import NextSteps
from advisor.reports.pages.samples import SampleList
from advisor.reports.pages.what_if import WhatIf
from advisor.reports.selectors import Result
from advisor.runs.models import Run
from advisor.sizing import formats
from advisor.web.kept import Kept
from advisor.web.parts import Action, Empty, Link

SECTIONS = (
    ("why-not", "Why not the others"),
    ("trade-off", "Cost and quality"),
    ("latency", "Latency"),
    ("cost-volume", "Cost and volume"),
    ("tags", "Quality by tag"),
    ("samples", "Samples"),
    ("making", "Make it better"),
    ("techniques", "Techniques"),
    ("method", "Method"),
    ("what-if-h", "What if"),
)


MOST_CHARACTERS = 24_000_000
HTML: Kept[SafeString] = Kept(MOST_CHARACTERS, weigh=len)


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
    make: Offers | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoComparisonPage:
    """The page of a run that has no recommendation."""

    title: str
    header: ProjectHeader
    empty: Empty


def comparison_page(
    result: Result,
    samples: SampleList,
    what_if: WhatIf,
    decide: DecidePanel,
    make: Offers | None = None,
) -> ComparisonPage:
    """Return the page of a finished run; ``make`` is what can be made of its models."""
    run, drawn = result.run, drawn_of(result)
    comparison = drawn.comparison
    here = project_url(run.project, f"runs/{run.number}/")
    export = Action("PDF report", f"{here}report/", "secondary", "file")
    shown = {
        "latency": comparison.latencies is not None,
        "cost-volume": comparison.cost_volume is not None,
        "what-if-h": bool(what_if.sliders),
        "tags": bool(comparison.slice_rows),
        "making": make is not None,
    }
    return ComparisonPage(
        title=f"Comparison: {run.project.name}",
        header=header_of(run.project, "Comparison", (export,)),
        run_line=_run_line(result),
        setup=version_link(run.project, run.setup),
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
        make=make,
    )


def _html(template: str, drawn: Drawn) -> SafeString:
    """Return a part of the page that is the same for everybody, rendered once."""
    return HTML.get(
        (template, drawn.key), lambda: render_to_string(template, {"drawn": drawn})
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
        formats.count(count, "sample"),
    )
