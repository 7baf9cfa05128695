"""How good is everyone on each kind of sample? The heat table of tags."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from advisor.reports.pages import pictures, words
from advisor.reports.selectors import Result
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


def heat_of(
    result: Result, subject: str | None
) -> tuple[tuple[str, ...], tuple[HeatRow, ...]]:
    """Return the columns, most frequent tags first, and a row for everyone.

    The subject's weakest tag is among them, however rare it is.
    """
    by_tag = result.summary.slices
    counts = {
        tag: max(figure.n or 0 for figure in found.values())
        for tag, found in by_tag.items()
    }
    tags = sorted(counts, key=lambda tag: (-counts[tag], tag))[:MOST_TAGS]
    if not tags:
        return (), ()
    worst = _worst(result, subject)
    if worst is not None and worst[0] not in tags:
        tags[-1] = worst[0]
    floor = pictures.floor_of(result)
    rows = tuple(
        _row(one, [*(by_tag[tag].get(one["id"]) for tag in tags), _all(one)], floor)
        for one in result.findings
        if one["quality"] is not None
    )
    total = result.run.manifest["samples"]["count"]
    columns = [f"{visible(tag)} ({counts[tag]})" for tag in tags]
    return (*columns, f"All ({total})"), rows


def weakest(result: Result, subject: str | None) -> str:
    """Return on which tag the subject scores least, as a sentence; "" for no tags."""
    worst = _worst(result, subject)
    if worst is None:
        return ""
    tag, figure = worst
    score = f"{words.points(figure.value)} {words.margin(figure)}".strip()
    return f"The weakest spot of {subject} is {visible(tag)} at {score} points."


def _worst(result: Result, subject: str | None) -> tuple[str, Figure] | None:
    """Return the tag on which the subject scores least; None where none is known."""
    found = [
        (figure.value, tag, figure)
        for tag, by_model in result.summary.slices.items()
        if subject is not None
        and (figure := by_model.get(subject)) is not None
        and figure.value is not None
    ]
    return min(found, key=lambda one: one[:2])[1:] if found else None


def _row(
    one: Mapping[str, Any], figures: Sequence[Figure | None], floor: float | None
) -> HeatRow:
    """Return a model's row; the reference's own scores set the floor, uncoloured."""
    reference = one["role"] == "reference"
    against = None if reference else floor
    return HeatRow(
        label=one["id"],
        note="reference, own score" if reference else "",
        cells=tuple(_cell(figure, against) for figure in figures),
        recommended=one["verdict"] == "recommended" and not reference,
    )


def _all(one: Mapping[str, Any]) -> Figure:
    quality = one["quality"]
    return Figure(quality["value"], quality["low"], quality["high"], quality["n"])


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
