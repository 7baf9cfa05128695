"""What does a chart show? The values that screens and paper draw alike.

Quality is in points of score (0 to 100), money in US dollars, time in milliseconds.
What was not measured is None and is not drawn; the table beside a chart shows a dash.
"""

from dataclasses import dataclass

from advisor.charts.theme import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One candidate's quality, with its interval, at its cost."""

    label: str
    note: str
    verdict: Verdict
    quality: float | None
    low: float | None = None
    high: float | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOff:
    """Quality against cost; ``frontier`` names who is beaten on neither."""

    points: tuple[Point, ...]
    cost_title: str
    summary: str
    floor: float | None = None
    floor_label: str = ""
    budget: float | None = None
    budget_label: str = ""
    frontier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyRow:
    """The measured end-to-end times of one candidate."""

    label: str
    verdict: Verdict
    times_ms: tuple[float, ...]
    p50_ms: float | None
    p95_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """Distributions of time, fastest first, against the limit on p95."""

    rows: tuple[LatencyRow, ...]
    summary: str
    limit_ms: float | None = None
    load: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLine:
    """Monthly cost of one candidate at growing volumes."""

    label: str
    verdict: Verdict
    volumes: tuple[float, ...]
    costs: tuple[float, ...]

    def at(self, volume: float) -> float | None:
        """Return the cost at the drawn volume nearest to ``volume``."""
        near = min(self.volumes, key=lambda one: abs(one - volume), default=None)
        return None if near is None else self.costs[self.volumes.index(near)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostVolume:
    """Monthly cost against monthly volume, with where the lines cross."""

    lines: tuple[CostLine, ...]
    summary: str
    volume: float | None = None
    budget: float | None = None
    break_even: tuple[tuple[float, float], ...] = ()
