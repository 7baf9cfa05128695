"""Which test judges one noisy constraint of one candidate, and what does it say?

The table of tests: a run that may stop asks certifiers; whoever promises these samples
and has run them all compares plainly; a run of all samples otherwise has p-values:
Tango's score test for paired yes-or-no answers, one by the largest wealth for
everything else.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.sizing.comparison import Pairs, tango_certifies, tango_rejects
from advisor.sizing.constraints import NOISY, Constraint
from advisor.sizing.errors import InvalidCase
from advisor.sizing.measurement import Case, Evidence
from advisor.sizing.sequential import Certifier, Verdict
from advisor.sizing.units import Frame, Units, frame, losses, shortfalls

QUALITY = "quality"  # the state of the certifier that only describes
HALF = 0.5  # what it is fed a score against
CLOSE = 1e-9  # of plain comparisons of sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """How the error is split: per candidate, and per must of a candidate."""

    alpha: float
    candidates: int
    musts: int

    @property
    def certify(self) -> float:
        """Return alpha / K."""
        return self.alpha / self.candidates

    @property
    def discard(self) -> float:
        """Return beta / K, with beta = 2 alpha."""
        return 2 * self.alpha / self.candidates

    @property
    def reject(self) -> float:
        """Return beta / (K J)."""
        return self.discard / self.musts


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """One noisy constraint held against one candidate: its units and what they say.

    ``verdict`` is final where the test needs no other candidate; otherwise ``p`` holds
    the p-values of certifying and rejecting, and Holm has the last word.
    """

    constraint: Constraint
    units: Units
    verdict: Verdict | None = None
    p: tuple[float, float] | None = None
    certifier: Certifier | None = None

    @property
    def margin(self) -> float:
        """Return the loss that is allowed: the margin, or 0 below a floor."""
        return _margin(self.constraint)


def noisy(case: Case) -> tuple[Constraint, ...]:
    """Return the constraints about quality, in their order."""
    return tuple(one for one in case.constraints if one.name in NOISY)


def levels(case: Case) -> Levels:
    """Return how the error of 1 - confidence is split over the candidates."""
    musts = sum(one.level == "must" for one in noisy(case))
    return Levels(
        alpha=1 - case.confidence,
        candidates=len(case.candidates),
        musts=max(musts, 1),
    )


def exams(
    case: Case, evidence: Evidence, frames: Mapping[str | None, Frame]
) -> tuple[Exam, ...]:
    """Hold every noisy constraint against ``evidence``, where there is a scored unit.

    The reference loses nothing against itself, so its margin is not examined.
    """
    found = []
    for constraint in noisy(case):
        units = _units(case, evidence, constraint, frames)
        if units is not None and units.weight.size:
            found.append(_examine(case, evidence, constraint, units))
    return tuple(found)


def frames(case: Case) -> dict[str | None, Frame]:
    """Return the units of all samples (None) and of each slice that has a limit."""
    tags = {one.tag for one in noisy(case)}
    return {tag: frame(case, tag) for tag in tags | {None}}


def certifier(
    case: Case, constraint: Constraint, units: Units, state: object = None
) -> Certifier:
    """Return the certifier of one constraint, fed with all units run so far.

    A stored ``state`` spares replaying the units it has seen.
    """
    split = levels(case)
    made = Certifier(
        _margin(constraint), split.certify, split.reject, units.horizon, case.promise
    )
    return fed(made, units, state, constraint.key)


def describer(
    case: Case, evidence: Evidence, frames: Mapping[str | None, Frame]
) -> Certifier:
    """Return a certifier that decides nothing: its bounds of HALF - score describe.

    Its stored state goes by the name QUALITY.
    """
    units = shortfalls(frames[None], HALF, evidence.answers)
    tail = (1 - case.confidence) / 2
    made = Certifier(0.0, tail, tail, units.horizon, "traffic")
    return fed(made, units, evidence.states.get(QUALITY), QUALITY)


def fed(made: Certifier, units: Units, state: object, key: str) -> Certifier:
    """Return ``made``, or what was stored of it, with all units run so far."""
    if isinstance(state, Mapping):
        stored = Certifier.from_state(state)
        if _setting(stored) != _setting(made):
            raise InvalidCase(
                f"the stored state of {key} belongs to another setup. "
                "Leave it out to replay the scores."
            )
        made = stored
    seen = made.n
    for worst, best, weight in zip(
        units.worst[seen:].tolist(),
        units.best[seen:].tolist(),
        units.weight[seen:].tolist(),
        strict=True,
    ):
        made.update_gap(worst, best, weight)
    return made


def _setting(one: Certifier) -> tuple[float, float, float, int, str]:
    return one.margin, one.alpha, one.beta, one.horizon, one.promise


def _margin(constraint: Constraint) -> float:
    return constraint.number if constraint.name == "quality_margin" else 0.0


def _units(
    case: Case,
    evidence: Evidence,
    constraint: Constraint,
    frames: Mapping[str | None, Frame],
) -> Units | None:
    if constraint.name != "quality_margin":
        units = frames[constraint.tag]
        return shortfalls(units, constraint.number, evidence.answers)
    if case.reference is None or evidence.role == "reference":
        return None
    return losses(frames[None], case.reference.answers, evidence.answers)


def _examine(
    case: Case, evidence: Evidence, constraint: Constraint, units: Units
) -> Exam:
    """Apply the table of tests to one constraint of one candidate."""
    margin = _margin(constraint)
    if case.stop == "exhausted" and not units.complete:
        return Exam(constraint=constraint, units=units)
    if units.complete and case.promise == "samples":
        verdict: Verdict | None = None
        if (units.weight * (units.worst - margin)).sum() <= CLOSE:
            verdict = "non_inferior"
        elif (units.weight * (units.best - margin)).sum() > CLOSE:
            verdict = "inferior"
        return Exam(constraint=constraint, units=units, verdict=verdict)
    paired = constraint.name == "quality_margin" and units.binary
    if case.stop == "exhausted" and paired:
        p = tango_certifies(pairs(units, worst=True), margin)
        against = tango_rejects(pairs(units, worst=False), margin)
        return Exam(constraint=constraint, units=units, p=(p, against))
    judge = certifier(case, constraint, units, evidence.states.get(constraint.key))
    if case.stop == "exhausted":
        return Exam(
            constraint=constraint, units=units, p=judge.p_values(), certifier=judge
        )
    return Exam(
        constraint=constraint, units=units, verdict=judge.verdict, certifier=judge
    )


def pairs(units: Units, *, worst: bool) -> Pairs:
    """Count paired yes-or-no answers, each gap at its worst or at its best."""
    side = units.worst if worst else units.best
    return Pairs(int((side > 0.5).sum()), int((side < -0.5).sum()), side.size)
