"""Where do a value and its limit stand on one axis? The limit gauge, in percent.

The gauge is the one recurring picture: a tick for the limit, the allowed side tinted,
a dot for the value and a bar for its interval.
"""

from dataclasses import dataclass
from typing import Literal, Self

Status = Literal["met", "failed", "undecided", "unknown"]

LOOKS = {"met": "", "failed": "fail", "undecided": "unsure", "unknown": "none"}


def quality_axis(floor: float) -> tuple[float, float]:
    """Return the axis of a quality gauge in points, from 9 below the floor to 102."""
    return floor - 9.0, 102.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """A value against a limit; `text` says both in words for those who cannot see it.

    Build one with `at_least` or `at_most`. Value, limit and axis share one unit.
    """

    text: str
    side: Literal["min", "max"]
    status: Status
    limit: float
    value: float | None = None
    low: float | None = None
    high: float | None = None

    @classmethod
    def at_least(
        cls,
        value: float | None,
        limit: float,
        *,
        text: str,
        status: Status,
        low: float | None = None,
        high: float | None = None,
        axis: tuple[float, float] | None = None,
    ) -> Self:
        """Place a value that must reach ``limit``; the axis is 0 to 1.5 x limit."""
        span = axis or (0.0, 1.5 * limit)
        numbers = (limit, value, low, high)
        return cls._placed("min", span, text, status, numbers)

    @classmethod
    def at_most(
        cls,
        value: float | None,
        limit: float,
        *,
        text: str,
        status: Status,
        low: float | None = None,
        high: float | None = None,
        axis: tuple[float, float] | None = None,
    ) -> Self:
        """Place a value that must stay under ``limit``; the axis is 0 to 1.5 x limit.

        Memory uses ``axis=(0, 1.7 * limit)``.
        """
        span = axis or (0.0, 1.5 * limit)
        numbers = (limit, value, low, high)
        return cls._placed("max", span, text, status, numbers)

    @classmethod
    def _placed(
        cls,
        side: Literal["min", "max"],
        axis: tuple[float, float],
        text: str,
        status: Status,
        numbers: tuple[float, float | None, float | None, float | None],
    ) -> Self:
        limit, value, low, high = (_place(number, axis) for number in numbers)
        return cls(
            text=text,
            side=side,
            status=status if value is not None else "unknown",
            limit=limit or 0.0,
            value=value,
            low=low,
            high=high,
        )

    @property
    def has_interval(self) -> bool:
        """Whether both ends of the interval are known."""
        return self.low is not None and self.high is not None

    @property
    def look(self) -> str:
        """The class names of the gauge."""
        look = LOOKS[self.status]
        return f"gauge gauge--{self.side}" + (f" gauge--{look}" if look else "")

    @property
    def style(self) -> str:
        """The custom properties that place tick, dot and bar."""
        names = {"v": self.value, "limit": self.limit, "lo": self.low, "hi": self.high}
        return ";".join(
            f"--{name}:{place:.1f}%"
            for name, place in names.items()
            if place is not None
        )


def _place(x: float | None, axis: tuple[float, float]) -> float | None:
    """Return where ``x`` lies on the axis in percent, held inside its ends."""
    if x is None:
        return None
    start, end = axis
    if end <= start:
        return 50.0
    return min(100.0, max(0.0, 100.0 * (x - start) / (end - start)))
