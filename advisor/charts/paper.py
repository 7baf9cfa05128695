"""How does paper draw it? The same charts as SVG for the report.

``narrow`` is the sheet of a phone: the letters of the wide one would be too small to
read there. Only who draws loads the drawing library: the web process makes no paper.
"""

from advisor.charts.values import CostVolume, Latencies, TradeOff


def trade_off(trade: TradeOff, *, narrow: bool = False) -> str:
    """Return the SVG of quality against cost; quality alone where no cost is known."""
    from advisor.charts import drawing, sheet

    return drawing.trade_off(trade, sheet.PHONE if narrow else sheet.PAPER)


def quality_only(trade: TradeOff, *, narrow: bool = False) -> str:
    """Return the SVG of one row a candidate: quality, interval, floor."""
    from advisor.charts import drawing, sheet

    return drawing.quality_only(trade, sheet.PHONE if narrow else sheet.PAPER)


def latencies(chart: Latencies, *, narrow: bool = False) -> str:
    """Return the SVG of one outline a candidate against the p95 limit."""
    from advisor.charts import latency_sheet, sheet

    return latency_sheet.latencies(chart, sheet.PHONE if narrow else sheet.PAPER)


def cost_volume(chart: CostVolume, *, narrow: bool = False) -> str:
    """Return the SVG of monthly cost against volume, log-log."""
    from advisor.charts import sheet, volume_sheet

    return volume_sheet.cost_volume(chart, sheet.PHONE if narrow else sheet.PAPER)
