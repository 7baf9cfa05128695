"""How good is everyone on each kind of sample? The heat table of tags."""

from typing import Literal

from advisor.reports.pages import pictures, words
from advisor.reports.selectors import Result, slices_of
from advisor.sizing.measurement import Figure
from advisor.web.figures import HeatCell, HeatRow
from advisor.web.plain import visible

MOST_TAGS = 8
Step = Literal[-3, -2, -1, 1, 2, 3]
# Points above or below the floor at which the colour changes.
STEPS: tuple[tuple[float, Step], ...] = (
    (-6.0, -3),
    (-3.0, -2),
    (0.0, -1),
    (2.0, 1),
    (4.5, 2),
)


def heat_of(result: Result) -> tuple[tuple[str, ...], tuple[HeatRow, ...]]:
    """Return the columns, most frequent tags first, and a row for everyone."""
    by_tag = slices_of(result.run)
    counts = {
        tag: max(figure.n or 0 for figure in found.values())
        for tag, found in by_tag.items()
    }
    tags = sorted(counts, key=lambda tag: (-counts[tag], tag))[:MOST_TAGS]
    if not tags:
        return (), ()
    floor = pictures.floor_of(result)
    rows = tuple(
        HeatRow(
            label=one["id"],
            cells=tuple(_cell(by_tag[tag].get(one["id"]), floor) for tag in tags),
            recommended=one["verdict"] == "recommended",
        )
        for one in result.findings
        if one["quality"] is not None
    )
    return tuple(f"{visible(tag)} ({counts[tag]})" for tag in tags), rows


def _cell(figure: Figure | None, floor: float | None) -> HeatCell:
    if figure is None or figure.value is None:
        return HeatCell(value=None)
    value, low, high = (
        None if end is None else 100 * end
        for end in (figure.value, figure.low, figure.high)
    )
    crosses = (
        floor is not None
        and low is not None
        and high is not None
        and low < floor <= high
    )
    return HeatCell(
        value=words.points(figure.value),
        note=words.margin(figure),
        step=None if floor is None or value is None else step_of(value - floor),
        crosses=crosses,
    )


def step_of(above_floor: float) -> Step:
    """Return the colour step of a distance from the floor, in points."""
    return next((step for end, step in STEPS if above_floor < end), 3)
