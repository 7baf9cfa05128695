"""Which charts does a comparison draw? Three figures, each with its words and table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from advisor.charts import cost_volume, latency, trade_off
from advisor.charts.parts import Figure
from advisor.charts.values import CostVolume, Latencies, TradeOff
from advisor.reports.pages import pictures
from advisor.reports.pages.volumes import cost_volume_of, cost_volume_table
from advisor.reports.selectors import Result
from advisor.sizing import formats
from advisor.sizing.conclusions import Recommendation
from advisor.sizing.constraints import Constraint
from advisor.web.figures import ChartFigure, DataTable

TABLE = " All values are in the table below the chart."


@dataclass(frozen=True, slots=True, kw_only=True)
class Charts:
    """The charts by their place on the page; None where there is nothing to draw."""

    trade_off: ChartFigure
    latency: ChartFigure | None
    volume: ChartFigure | None

    @property
    def all(self) -> tuple[ChartFigure, ...]:
        """Those that there are, in the order of the page."""
        listed = (self.trade_off, self.latency, self.volume)
        return tuple(one for one in listed if one is not None)


@dataclass(frozen=True)
class Tried(Result):
    """A finished run as it would be under other limits; nothing of it is stored."""

    limits: tuple[Constraint, ...] = ()

    @cached_property
    def constraints(self) -> dict[str, Constraint]:
        """Return the limits that are tried by key."""
        return {one.key: one for one in self.limits}


def charts_of(
    trade: TradeOff,
    table: DataTable,
    times: tuple[Latencies, DataTable] | None,
    costs: CostVolume | None,
) -> Charts:
    """Return the figures of what was found."""
    return Charts(
        trade_off=_chart("trade-off", trade, trade_off.trade_off, table),
        latency=None
        if times is None
        else _chart("latency", times[0], latency.latencies, times[1]),
        volume=None
        if costs is None
        else _chart("volume", costs, cost_volume.cost_volume, cost_volume_table(costs)),
    )


def charts_under(result: Result, decided: Recommendation) -> Charts:
    """Return the charts as the limits that ``decided`` was found under draw them."""
    document: Mapping[str, Any] = formats.document(decided, {}, {}, None)
    tried = Tried(result.run, document, limits=decided.case.constraints)
    trade, times = pictures.trade_off_of(tried), pictures.latencies_of(tried)
    first = tried.recommended or tried.findings[0]
    drawn = charts_of(
        trade,
        pictures.trade_off_table(trade),
        None if times is None else (times, pictures.latency_table(tried)),
        cost_volume_of(tried, first["id"]),
    )
    return Charts(
        trade_off=_as_tried(drawn.trade_off),
        latency=drawn.latency and _as_tried(drawn.latency),
        volume=drawn.volume and _as_tried(drawn.volume),
    )


def _as_tried(chart: ChartFigure) -> ChartFigure:
    """Return a chart that says of which limits it is; its table keeps the recorded."""
    told = chart.summary.removesuffix(TABLE)
    return replace(chart, summary=told, caption=f"Under the limits you try: {told}")


def _chart(
    name: str,
    shown: TradeOff | Latencies | CostVolume,
    draw: Callable[..., Figure],
    table: DataTable,
) -> ChartFigure:
    """Return a figure with its words and its table."""
    return ChartFigure(
        id=f"chart-{name}",
        summary=f"{shown.summary}{TABLE}",
        figure=draw(shown, mode="light"),
        table=table,
    )
