"""How does paper draw it? The same charts as SVG for the report.

Only who draws loads the drawing library: the web process makes no paper.
"""

from advisor.charts.values import CostVolume, Latencies, TradeOff


def trade_off(trade: TradeOff) -> str:
    """Return the SVG of quality against cost; quality alone where no cost is known."""
    from advisor.charts import drawing

    return drawing.trade_off(trade)


def quality_only(trade: TradeOff) -> str:
    """Return the SVG of one row a candidate: quality, interval, floor."""
    from advisor.charts import drawing

    return drawing.quality_only(trade)


def latencies(chart: Latencies) -> str:
    """Return the SVG of one outline a candidate against the p95 limit."""
    from advisor.charts import drawing

    return drawing.latencies(chart)


def cost_volume(chart: CostVolume) -> str:
    """Return the SVG of monthly cost against volume, log-log."""
    from advisor.charts import volume_sheet

    return volume_sheet.cost_volume(chart)
