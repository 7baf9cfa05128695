"""Where does the answer change when one limit moves? Words beside the limit."""

from math import isfinite

from advisor.sizing import formats
from advisor.sizing.constraints import Constraint
from advisor.sizing.flip_points import Change, FlipPoint
from advisor.sizing.rounding import reached

ESTIMATED = " (estimated)"
OUTCOMES = {"none_qualifies": "none qualifies", "undecided": "undecided"}


def flip_texts(point: FlipPoint) -> tuple[str, ...]:
    """Return what would be recommended below and above the limit, one text each.

    Empty where no other value of the limit changes the answer. What was estimated says
    so: only deciding anew, as when the limit is tried, gives the answer there.
    """
    name, _, tag = point.name.partition(".")
    constraint = Constraint(name=name, limit=point.limit, tag=tag or None)
    sides = (("below", point.below), ("above", point.above))
    return tuple(
        f"{told(constraint, side, change, about=point.estimated)}:"
        f" {_answer(change)}{ESTIMATED if point.estimated else ''}"
        for side, change in sides
        if change is not None and isfinite(change.limit) and change.limit > 0
    )


def told(
    constraint: Constraint,
    side: str,
    change: Change,
    at: str = "from",
    *,
    about: bool = False,
) -> str:
    """Return from which limit on a change holds, ``side`` of the present one.

    Written so that it holds there, too: rounded away from the present limit. ``about``
    says that this limit is an estimate.
    """
    limit = reached(constraint, change.limit, up=side == "above")
    where = side if change.beyond else at
    near = "about " if about else ""
    return f"{where} {near}{formats.amount(constraint, limit)}"


def _answer(change: Change) -> str:
    if change.keep:
        return "keep the reference"
    return change.recommended or OUTCOMES.get(change.outcome, "")
