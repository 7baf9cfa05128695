"""Where does each name stand, so that none covers another? Boxes in pixels.

A name has its place beside its marker; where that is taken it moves to the end of its
interval, then below, to the right and above. A name far from its marker may be read as
another's, so every pixel between the two counts like some that are covered.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SIGN = 6.7  # pixels of a character at 12.5 px
LINE = 15.0
WHISKER = 4.0  # pixels to each side of a line that words should keep away
REACH = 10.0  # of a marker, and the gap to its name
NEAR = 14.0  # pixels between a marker and its name that cost nothing
FAR = 6.0  # covered square pixels that one more pixel between them is worth
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


def spread(
    names: Sequence[Name], width: float, height: float, blocked: Sequence[Box] = ()
) -> list[Spot]:
    """Return a spot for each name in a plot of ``width`` by ``height`` pixels.

    Names are placed in their order, so the first gets the place it would have.
    ``blocked`` are boxes that other words take.
    """
    taken = [*blocked, *(box for one in names for box in _marker(one))]
    spots = []
    for one in names:
        mine = _around(one)
        others = [box for box in taken if box != mine]
        spot = min(
            (BESIDE[not one.left], *_at_ends(one), *ELSEWHERE),
            key=lambda spot: _cost(one, spot, others, (width, height)),  # noqa: B023
        )
        spots.append(spot)
        taken.append(_box(one, spot))
    return spots


def _at_ends(one: Name) -> tuple[Spot, ...]:
    """Return the spots above and below the interval of a marker."""
    if one.whisker is None:
        return ()
    away = LINE * len(one.text.split("\n")) / 2 + 2
    top, foot = (end - one.y for end in one.whisker)
    return (Spot("center", 0, top - away), Spot("center", 0, foot + away))


def _cost(
    one: Name, spot: Spot, taken: Sequence[Box], plot: tuple[float, float]
) -> float:
    """Return the area that is covered already or lies outside, and what is far off."""
    box = _box(one, spot)
    left, top, right, bottom = box
    inside = _shared(box, (0.0, 0.0, *plot))
    outside = (right - left) * (bottom - top) - inside
    off = max(left - one.x, one.x - right, top - one.y, one.y - bottom, NEAR) - NEAR
    covered = _covered(box, taken)
    return round(covered + 4 * outside + FAR * off, 3)


def _covered(box: Box, taken: Sequence[Box]) -> float:
    """Return the area that others take of a box, each for itself."""
    left, top, right, foot = box
    # Written out: a page of charts asks this some thousand times.
    return sum(
        (min(right, other[2]) - max(left, other[0]))
        * (min(foot, other[3]) - max(top, other[1]))
        for other in taken
        if other[0] < right and left < other[2] and other[1] < foot and top < other[3]
    )


def _shared(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, wide) * max(0.0, high)


def _marker(one: Name) -> list[Box]:
    """Return what a marker and its interval cover."""
    if one.whisker is None:
        return [_around(one)]
    top, foot = one.whisker
    return [_around(one), (one.x - WHISKER, top, one.x + WHISKER, foot)]


def _around(one: Name) -> Box:
    half = REACH - 2
    return (one.x - half, one.y - half, one.x + half, one.y + half)


def _box(one: Name, spot: Spot) -> Box:
    lines = one.text.split("\n")
    wide, high = SIGN * max(map(len, lines)), LINE * len(lines)
    start = {"left": 0.0, "center": -wide / 2, "right": -wide}[spot.anchor]
    x, y = one.x + spot.right + start, one.y + spot.down
    return (x, y - high / 2, x + wide, y + high / 2)
