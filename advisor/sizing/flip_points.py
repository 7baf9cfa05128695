"""At which value of each limit would the recommendation change?

A limit is moved while the others stay. Each candidate's stored figures say from where
on it meets the limit and where it fails it for certain, so that the answer only
changes at those values: nothing is measured again and nothing is scanned.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nextafter
from typing import Literal

from advisor.sizing.conclusions import Outcome
from advisor.sizing.errors import SizingError

Verdict = Literal["met", "undecided", "failed"]


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where one candidate stands with one limit, for every value of the limit.

    A ceiling (``floor`` False) is met from ``met`` on upwards and failed below
    ``failed``; a floor is met up to ``met`` and failed above ``failed``. Between the
    two it is undecided. ``estimated`` says that the test would stake anew at another
    limit, so that both values are near what it would say and not what it says.
    """

    met: float
    failed: float
    floor: bool = False
    estimated: bool = False

    def at(self, limit: float) -> Verdict:
        """Return how the candidate stands at ``limit``."""
        side = -1.0 if self.floor else 1.0
        if side * limit >= side * self.met:
            return "met"
        return "failed" if side * limit < side * self.failed else "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One candidate, or the reference, with where it stands at every limit.

    ``rank`` is its place in objective order and ``objective`` the value it has, None
    when unknown; ``fixed`` is the worst of the musts that are not limits on a number.
    """

    id: str
    rank: int
    objective: float | None
    crossings: Mapping[str, Crossing]
    fixed: Verdict = "met"
    reference: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """The first other answer in one direction.

    It holds from ``limit`` on, or only beyond it where ``beyond`` is set; ``keep`` says
    that the reference is kept there.
    """

    limit: float
    beyond: bool
    outcome: Outcome
    recommended: str | None
    keep: bool = False


@dataclass(frozen=True, slots=True)
class FlipPoint:
    """One limit, and where the answer changes below and above it; None if nowhere.

    ``estimated`` says that deciding anew may give another value, or no change there.
    """

    name: str
    limit: float
    below: Change | None
    above: Change | None
    estimated: bool = False


Answer = tuple[Outcome, str | None, bool]


def flip_points(
    standings: Sequence[Standing], limits: Mapping[str, float]
) -> tuple[FlipPoint, ...]:
    """Return the flip points of each of ``limits``, in their order.

    Every standing has a crossing for every limit it is held against.
    """
    if not any(not one.reference for one in standings):
        raise SizingError("Flip points need a candidate, got none. Add at least one.")
    return tuple(_flip_point(standings, limits, name) for name in limits)


def answer_at(standings: Sequence[Standing], limits: Mapping[str, float]) -> Answer:
    """Return outcome, recommended id and whether the reference is kept."""
    verdicts = [(one, _worst(one, limits)) for one in standings]
    return _answer(verdicts)


def _flip_point(
    standings: Sequence[Standing], limits: Mapping[str, float], name: str
) -> FlipPoint:
    rest = {other: limit for other, limit in limits.items() if other != name}
    settled = [(one, _worst(one, rest)) for one in standings]

    def at(limit: float) -> Answer:
        return _answer(
            [(one, _joined(verdict, one, name, limit)) for one, verdict in settled]
        )

    now, limit = at(limits[name]), limits[name]
    values = {
        value
        for one, verdict in settled
        if verdict != "failed" and name in one.crossings
        for value in (one.crossings[name].met, one.crossings[name].failed)
        if abs(value) < inf
    }
    changes = {}
    for side in (-1.0, 1.0):
        ahead = sorted(
            (v for v in values if side * v >= side * limit), key=lambda v: side * v
        )
        changes[side] = next(
            (
                Change(value, beyond, *answer)
                for value, beyond, point in _points(ahead, side, limit)
                if (answer := at(point)) != now
            ),
            None,
        )
    estimated = any(
        one.crossings[name].estimated
        for one, verdict in settled
        if verdict != "failed" and name in one.crossings
    )
    return FlipPoint(name, limit, changes[-1.0], changes[1.0], estimated)


def _points(
    ahead: Sequence[float], side: float, limit: float
) -> Iterator[tuple[float, bool, float]]:
    """Yield each value, and the next number beyond it: limits include their value."""
    for value in ahead:
        if value != limit:
            yield value, False, value
        yield value, True, nextafter(value, side * inf)


def _worst(standing: Standing, limits: Mapping[str, float]) -> Verdict:
    verdict = standing.fixed
    for name, limit in limits.items():
        verdict = _joined(verdict, standing, name, limit)
    return verdict


def _joined(verdict: Verdict, standing: Standing, name: str, limit: float) -> Verdict:
    """Return the worse of ``verdict`` and the one at a further limit."""
    crossing = standing.crossings.get(name)
    if verdict == "failed" or crossing is None:
        return verdict
    further = crossing.at(limit)
    return verdict if further == "met" else further


def _answer(verdicts: Sequence[tuple[Standing, Verdict]]) -> Answer:
    """Apply the rule: first that qualifies, unless the reference costs no more."""
    best: Standing | None = None
    kept: Standing | None = None
    open_ = False
    for one, verdict in verdicts:
        if one.reference:
            kept = one if verdict == "met" else None
        elif verdict == "met" and (best is None or one.rank < best.rank):
            best = one
        elif verdict == "undecided":
            open_ = True
    if best is not None:
        cheaper = kept is not None and _costs_no_more(kept, best)
        return (
            ("none_qualifies", None, True)
            if cheaper
            else ("recommended", best.id, False)
        )
    if open_:
        return "undecided", None, False
    return "none_qualifies", None, kept is not None


def _costs_no_more(reference: Standing, best: Standing) -> bool:
    if reference.objective is None or best.objective is None:
        return False
    return reference.objective <= best.objective
