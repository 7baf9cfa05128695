"""What does a recommendation alone decide of its page? Made once, kept by version."""

from dataclasses import dataclass

from advisor.projects.pages.header import project_url
from advisor.reports.pages.charts import Charts, charts_of
from advisor.reports.pages.comparison import Comparison, comparison_of
from advisor.reports.pages.next_steps import NextSteps, next_steps_of
from advisor.reports.selectors import Result
from advisor.web.kept import Kept
from advisor.web.parts import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a recommendation alone decides: it never changes while ``key`` stays."""

    key: str
    comparison: Comparison
    next: NextSteps | None
    charts: Charts
    downloads: tuple[Link, ...]


KEPT: Kept[Drawn] = Kept(256)


def drawn_of(result: Result) -> Drawn:
    """Return what a run's recommendation alone decides, kept by its version."""
    run = result.run
    # What a run is told to have been, such as stopped, goes by its state, too.
    key = f"{run.pk}-{run.created_at}-{run.generation}-{run.state}"
    key += f"-{run.recommendation.sha256}"
    return KEPT.get(key, lambda: _drawn(result, key))


def _drawn(result: Result, key: str) -> Drawn:
    run, comparison = result.run, comparison_of(result)
    here = project_url(run.project, f"runs/{run.number}/")
    times = comparison.latencies
    charts = charts_of(
        comparison.trade_off,
        comparison.trade_off_table,
        None if times is None else (times, comparison.latency_table),
        comparison.cost_volume,
    )
    return Drawn(
        key=key,
        comparison=comparison,
        next=next_steps_of(result),
        charts=charts,
        downloads=(Link("JSON", f"{here}recommendation.json"),),
    )
