"""Who is beaten on all axes, and by whom?

A candidate that another beats on no axis less than itself need not be looked at
again, whatever the weights of the axes are. What was not measured beats nobody and is
not beaten: a dash is not a bad value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from advisor.sizing.errors import SizingError

# Whether more is better, by axis.
AXES: Mapping[str, bool] = {
    "quality": True,
    "cost": False,
    "latency": False,
    "memory": False,
    "parameters": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One candidate with its value on each axis; None where it was not measured."""

    id: str
    values: Mapping[str, float | None]

    def __post_init__(self) -> None:
        unknown = sorted(set(self.values) - set(AXES))
        if unknown:
            raise SizingError(
                f"{self.id!r} has a value on {unknown[0]!r}, which is no axis. "
                f"Use {', '.join(AXES)}."
            )


def beaten_by(points: Sequence[Point]) -> dict[str, tuple[str, ...]]:
    """Return for each id the ids that are nowhere worse and somewhere better.

    In the order of ``points``. Axes on which nobody has a value do not count.
    """
    axes = [
        axis for axis in AXES if any(p.values.get(axis) is not None for p in points)
    ]
    return {
        one.id: tuple(other.id for other in points if _beats(other, one, axes))
        for one in points
    }


def frontier(points: Sequence[Point]) -> tuple[str, ...]:
    """Return the ids that nobody beats on all axes, in the order of ``points``."""
    return tuple(name for name, others in beaten_by(points).items() if not others)


def _beats(better: Point, worse: Point, axes: Sequence[str]) -> bool:
    gains = [_gain(better, worse, axis) for axis in axes]
    known = [gain for gain in gains if gain is not None]
    return len(known) == len(gains) and all(g >= 0 for g in known) and any(known)


def _gain(better: Point, worse: Point, axis: str) -> float | None:
    """Return by how much ``better`` is ahead on ``axis``; None where that is open."""
    ahead, behind = better.values.get(axis), worse.values.get(axis)
    if ahead is None or behind is None:
        return None
    return ahead - behind if AXES[axis] else behind - ahead
