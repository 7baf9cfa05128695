"""Where does each name stand, so that none covers another? Boxes in pixels.

A name has its place beside its marker; where that is taken it moves below, then to
the right, then above.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SIGN = 6.7  # pixels of a character at 12.5 px
LINE = 15.0
REACH = 10.0  # of a marker, and the gap to its name
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a name hangs: the side of the text that is held, and its shift in pixels.

    ``down`` counts downwards from the marker to the middle of the text.
    """

    anchor: str
    right: float
    down: float


@dataclass(frozen=True, slots=True)
class Name:
    """A marker's place in pixels from the top left, its text, and where it would be.

    ``whisker`` is from where to where its interval reaches, in pixels from the top.
    """

    x: float
    y: float
    text: str
    left: bool = False
    whisker: tuple[float, float] | None = None


BESIDE = (Spot("right", -12, -10), Spot("left", 10, 12))
ELSEWHERE = (
    Spot("center", 0, 24),
    Spot("center", 0, 40),
    Spot("left", 14, 0),
    Spot("left", 14, 27),
    Spot("left", 12, -13),
    Spot("right", -12, 12),
    Spot("right", -14, 0),
    Spot("center", 0, -24),
    Spot("center", 0, -40),
    Spot("left", 40, 40),
    Spot("right", -40, 40),
)


def spread(names: Sequence[Name], width: float, height: float) -> list[Spot]:
    """Return a spot for each name in a plot of ``width`` by ``height`` pixels.

    Names are placed in their order, so the first gets the place it would have.
    """
    taken = [box for one in names for box in _marker(one)]
    spots = []
    for one in names:
        options = (BESIDE[not one.left], *ELSEWHERE)
        boxes = [(spot, _box(one, spot)) for spot in options]
        mine = _around(one)
        others = [box for box in taken if box != mine]
        spot, box = min(
            boxes, key=lambda found: _cost(found[1], others, (width, height))
        )
        spots.append(spot)
        taken.append(box)
    return spots


def _cost(box: Box, taken: Sequence[Box], plot: tuple[float, float]) -> float:
    """Return the area that is covered already or lies outside the plot."""
    left, top, right, bottom = box
    width, height = plot
    inside = _shared(box, (0.0, 0.0, width, height))
    outside = (right - left) * (bottom - top) - inside
    return round(sum(_shared(box, other) for other in taken) + 4 * outside, 3)


def _shared(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, wide) * max(0.0, high)


def _marker(one: Name) -> list[Box]:
    """Return what a marker and its interval cover."""
    if one.whisker is None:
        return [_around(one)]
    top, foot = one.whisker
    return [_around(one), (one.x - 2, top, one.x + 2, foot)]


def _around(one: Name) -> Box:
    half = REACH - 2
    return (one.x - half, one.y - half, one.x + half, one.y + half)


def _box(one: Name, spot: Spot) -> Box:
    lines = one.text.split("\n")
    wide, high = SIGN * max(map(len, lines)), LINE * len(lines)
    start = {"left": 0.0, "center": -wide / 2, "right": -wide}[spot.anchor]
    x, y = one.x + spot.right + start, one.y + spot.down
    return (x, y - high / 2, x + wide, y + high / 2)
