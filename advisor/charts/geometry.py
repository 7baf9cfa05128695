"""Where do axes end and curves run? Arithmetic shared by screen and paper."""

from math import ceil, floor, isfinite, log10

import numpy as np

from advisor.charts.values import Point, TradeOff

POINTS_BELOW_FLOOR = 9.0  # the axis starts this far under the floor
DENSITY_STEPS = 64


def drawable(trade: TradeOff) -> tuple[Point, ...]:
    """Return the points that have both a quality and a cost above 0."""
    return tuple(
        point
        for point in trade.points
        if point.quality is not None and point.cost is not None and point.cost > 0
    )


def quality_range(trade: TradeOff) -> tuple[float, float]:
    """Return the quality axis: no margin is hidden and nothing starts at zero.

    Points of score, within -2 and 102.
    """
    lows = [
        point.low if point.low is not None else point.quality
        for point in trade.points
        if point.quality is not None
    ]
    highs = [
        point.high if point.high is not None else point.quality
        for point in trade.points
        if point.quality is not None
    ]
    shown = [*lows, *highs]
    if trade.floor is not None:
        shown += [trade.floor - POINTS_BELOW_FLOOR, trade.floor + 2]
    if not shown:
        return (-2.0, 102.0)
    return (max(-2.0, min(shown) - 2), min(102.0, max(shown) + 2))


def log_range(values: list[float]) -> tuple[float, float]:
    """Return a base-10 range with room for labels; 1 to 10 when nothing is known."""
    known = [value for value in values if value > 0 and isfinite(value)]
    if not known:
        return (0.0, 1.0)
    low, high = log10(min(known)), log10(max(known))
    room = max(0.18, 0.12 * (high - low))
    return (low - room, high + room * 1.6)


def log_ticks(low: float, high: float) -> list[float]:
    """Return 1-2-5 ticks inside a base-10 range; fewer when the range is long."""
    steps = (1, 2, 5) if high - low < 1.6 else (1, 3) if high - low < 3 else (1,)
    return [
        step * 10.0**power
        for power in range(floor(low), ceil(high) + 1)
        for step in steps
        if low <= log10(step) + power <= high
    ]


def short(value: float, unit: str = "") -> str:
    """Return a tick's words: 1500 as ``1.5k``, with a currency sign before it."""
    size, suffix = next(
        ((s, w) for s, w in ((1e9, "B"), (1e6, "M"), (1e3, "k")) if value >= s),
        (1.0, ""),
    )
    return f"{unit}{value / size:.4g}{suffix}"


def money(dollars: float) -> str:
    """Return dollars as a label: whole from 100 on, two digits below."""
    return f"${dollars:,.0f}" if dollars >= 100 else f"${dollars:,.2g}"


def density(times: tuple[float, ...]) -> tuple[list[float], list[float]]:
    """Return a smooth outline (x in ms, height in 0 to 1) of finite ``times``.

    A Gaussian kernel on a log scale with Silverman's bandwidth (Silverman 1986, 3.4.2):
    times are positive and long-tailed. Empty when fewer than two times are finite.
    """
    finite = np.array([t for t in times if isfinite(t) and t > 0])
    if finite.size < 2:
        return ([], [])
    logs = np.log(finite)
    quarters = np.quantile(logs, [0.25, 0.75])
    spread = min(float(np.std(logs)), float(quarters[1] - quarters[0]) / 1.349)
    width = max(0.9 * spread * finite.size**-0.2, 0.015)
    low, high = logs.min() - 2.5 * width, logs.max() + 2.5 * width
    grid = np.linspace(low, high, DENSITY_STEPS)
    heights = np.exp(-0.5 * ((grid[:, None] - logs[None, :]) / width) ** 2).sum(axis=1)
    outline = (heights / heights.max()).round(3).tolist()
    return ([float(f"{x:.4g}") for x in np.exp(grid)], outline)
