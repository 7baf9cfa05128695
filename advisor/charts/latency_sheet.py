"""How does paper draw times? One outline a candidate, its figures at the right.

On the narrow sheet of a phone the names stand above their outlines and p95 alone
beside them, as on the narrow screen.
"""

from matplotlib.axes import Axes

from advisor.charts import geometry, theme
from advisor.charts.latency import milliseconds
from advisor.charts.sheet import PAPER, Sheet, dashed, log_axis, page, red
from advisor.charts.values import Latencies, LatencyRow

ROW_IN = {True: 0.42, False: 0.34}  # of height a candidate, narrow and wide


def latencies(chart: Latencies, sheet: Sheet = PAPER) -> str:
    """Return the SVG of one outline a candidate against the p95 limit."""
    rows = list(reversed(chart.rows))
    outlines = [geometry.density(row.times_ms) for row in rows]
    finite = [t for xs, _ in outlines for t in xs] or [1.0]
    narrow = sheet is not PAPER
    height = 0.8 + ROW_IN[narrow] * max(1, len(rows))
    with page(height, sheet) as (axes, svg):
        log_axis(axes, finite + [chart.limit_ms or finite[0]], "{}", sheet)
        axes.xaxis.set_major_formatter(lambda tick, _: milliseconds(tick))
        axes.set_xlabel("Time to complete answer (log scale)")
        names = ["" if narrow else sheet.name(row.label) for row in rows]
        axes.set_yticks(range(len(rows)), names)
        axes.set_ylim(-0.3, len(rows))
        for index, (row, (xs, heights)) in enumerate(zip(rows, outlines, strict=True)):
            role = "accent" if row.verdict == "recommended" else "muted"
            tops = [index + 0.7 * height for height in heights]
            axes.fill_between(
                xs, index, tops, color=theme.colour("light", role), alpha=0.55, lw=0
            )
            _figures(axes, row, index, sheet)
        if chart.limit_ms is not None:
            dashed(axes, x=chart.limit_ms)
            red(axes, chart.limit_ms, len(rows) - 0.12, "p95 limit")
    return svg.getvalue()


def _figures(axes: Axes, row: LatencyRow, index: int, sheet: Sheet) -> None:
    """Mark p95 and write it at the right; on the narrow sheet the name as well."""
    narrow = sheet is not PAPER
    if narrow:
        chosen = row.verdict == "recommended"
        axes.text(
            0.0,
            index + 0.5,
            sheet.name(row.label),
            transform=axes.get_yaxis_transform(),
            color=theme.colour("light", "accent" if chosen else "ink2"),
            weight="bold" if chosen else "normal",
        )
    if row.p95_ms is None:
        return
    ink = theme.colour("light", "ink")
    axes.plot((row.p95_ms, row.p95_ms), (index - 0.06, index + 0.4), color=ink, lw=1.4)
    p95 = milliseconds(row.p95_ms)
    words = f"p95 {p95}" if narrow else f"p50 {milliseconds(row.p50_ms)} · p95 {p95}"
    axes.text(1.01, index + 0.1, words, transform=axes.get_yaxis_transform())
