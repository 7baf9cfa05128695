"""Where does the answer change when one limit moves? Words beside the limit."""

from math import isfinite

from advisor.sizing import formats
from advisor.sizing.constraints import Constraint
from advisor.sizing.flip_points import Change, FlipPoint

OUTCOMES = {"none_qualifies": "none qualifies", "undecided": "undecided"}


def flip_texts(point: FlipPoint) -> tuple[str, ...]:
    """Return what would be recommended below and above the limit, one text each.

    Empty where no other value of the limit changes the answer.
    """
    name, _, tag = point.name.partition(".")
    constraint = Constraint(name=name, limit=point.limit, tag=tag or None)
    sides = (("below", point.below), ("above", point.above))
    return tuple(
        _text(constraint, side, change)
        for side, change in sides
        if change is not None and isfinite(change.limit) and change.limit > 0
    )


def _text(constraint: Constraint, side: str, change: Change) -> str:
    at = side if change.beyond else "from"
    answer = change.recommended or OUTCOMES.get(change.outcome, "")
    return f"{at} {formats.amount(constraint, change.limit)}: {answer}"
