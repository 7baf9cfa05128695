"""Which figures has a record, with which number and caption, and how are they drawn?"""

from advisor.charts import paper
from advisor.reports.pages.comparison import Comparison
from advisor.reports.pages.record.value import Figure, FigureName

SHAPES = "Filled: meets every constraint. Diamond: undecided. Hollow: fails one."


def figures_of(comparison: Comparison) -> tuple[Figure, ...]:
    """Return the figures that there is something to draw for, numbered in order."""
    trade, volume = comparison.trade_off, comparison.cost_volume
    found: list[tuple[FigureName, str, str]] = [
        ("trade-off", trade.summary, f"Quality and cost. {SHAPES}")
    ]
    if comparison.latencies is not None:
        told = comparison.latencies.summary
        caption = f"Time to the complete answer. The tick marks p95. {told}"
        found.append(("latency", told, caption))
    if volume is not None:
        caption = f"Monthly cost by volume. {volume.summary}"
        found.append(("volume", volume.summary, caption))
    if comparison.slice_rows:
        found.append(("tags", "Quality by tag", _tags(comparison)))
    return tuple(
        Figure(name=name, number=number, alt=alt, caption=caption)
        for number, (name, alt, caption) in enumerate(found, 1)
    )


def svg_of(
    comparison: Comparison, name: FigureName, *, narrow: bool = False
) -> str | None:
    """Return a figure as SVG for paper, or for a phone; None where it is not drawn."""
    if name == "trade-off":
        return paper.trade_off(comparison.trade_off, narrow=narrow)
    if name == "latency" and comparison.latencies is not None:
        return paper.latencies(comparison.latencies, narrow=narrow)
    if name == "volume" and comparison.cost_volume is not None:
        return paper.cost_volume(comparison.cost_volume, narrow=narrow)
    return None


def _tags(comparison: Comparison) -> str:
    floor = comparison.trade_off.floor
    told = "Quality by tag, points of score with half the 95% interval."
    if floor is None:
        return told
    return f"{told} Hatched: the interval crosses the floor of {floor:.1f}."
