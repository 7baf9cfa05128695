"""Who runs next, and when is the race over?

Cheapest first, paired with the reference on the same samples, so that reference answers
are shared. Each candidate stops at its own decision: alpha and beta are split over the
candidates beforehand, so whatever order and stopping the race takes, the chance that
any certificate is false stays below alpha. The race is over when no candidate that is
still open could beat the certified one.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from advisor.sizing.assessment import objective
from advisor.sizing.conclusions import Row
from advisor.sizing.exams import QUALITY, Exam, describer, exams, frames
from advisor.sizing.limits import excluded, limit_rows
from advisor.sizing.measurement import Case, Evidence, Figure
from advisor.sizing.qualification import settle
from advisor.sizing.units import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One candidate in the race.

    ``certified`` is final for quality, and withdrawn where a speed or memory must fails
    later; ``rejected`` is final; ``excluded`` says that a declared fact
    fails a must, so that running it is no use; ``finished`` that it takes no more
    samples. ``more`` is about how many more samples would settle it, None when that
    cannot be told. ``states`` resume its certifiers.
    """

    id: str
    certified: bool
    rejected: bool
    excluded: bool
    finished: bool
    more: int | None
    states: Mapping[str, Mapping[str, object]]

    @property
    def open(self) -> bool:
        """Return whether more samples could decide it."""
        return not (self.certified or self.rejected or self.excluded or self.finished)


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Where the race stands: every lane in planned order, and who runs next.

    ``reference`` holds the states of the reference's certifiers.
    """

    lanes: tuple[Lane, ...]
    next: str | None
    reference: Mapping[str, Mapping[str, object]]

    def lane(self, name: str) -> Lane:
        """Return the lane of a candidate."""
        return next(one for one in self.lanes if one.id == name)


def race(case: Case, over: Collection[str] = ()) -> Race:
    """Return where the race stands with the scores so far.

    ``over`` names the candidates that take no more samples and whose speed and memory
    are measured: one of them holds nobody back unless it meets every must. Runs of
    ``stop: exhausted`` take every candidate through every sample; here a certificate
    ends nothing.
    """
    cut = frames(case)
    examined = {one.id: exams(case, one, cut) for one in case.evidence}
    rows = settle(case, examined)
    states = {
        one.id: _states(case, one, cut, examined[one.id]) for one in case.evidence
    }
    lanes = [
        _lane(case, one, rows[one.id], states[one.id], one.id in over)
        for one in case.candidates
    ]
    return Race(
        lanes=tuple(lanes),
        next=_next(case, lanes),
        reference={} if case.reference is None else states[case.reference.id],
    )


def _states(
    case: Case,
    evidence: Evidence,
    cut: Mapping[str | None, Frame],
    examined: tuple[Exam, ...],
) -> dict[str, Mapping[str, object]]:
    """Return the states that spare replaying the scores so far, by constraint."""
    found: dict[str, Mapping[str, object]] = {
        exam.constraint.key: exam.certifier.state()
        for exam in examined
        if exam.certifier is not None
    }
    if evidence.scores and case.stop == "decided":
        found[QUALITY] = describer(case, evidence, cut).state()
    return found


def _lane(
    case: Case,
    evidence: Evidence,
    rows: tuple[Row, ...],
    states: Mapping[str, Mapping[str, object]],
    over: bool,
) -> Lane:
    musts = [row for row in rows if row.must]
    others = [row for row in limit_rows(case, evidence) if row.must]
    failed = any(row.status == "failed" for row in (*musts, *others))
    met = bool(musts) and all(row.status == "met" for row in musts)
    if over:
        met = met and all(row.status == "met" for row in others)
    early = case.stop == "decided"
    undecided = [row.more for row in musts if row.status == "undecided"]
    known = [more for more in undecided if more is not None]
    return Lane(
        id=evidence.id,
        certified=early and met and not failed,
        rejected=early and failed,
        excluded=excluded(case, evidence),
        finished=over or len(evidence.scores) == case.samples,
        more=max(known) if known and len(known) == len(undecided) else None,
        states=states,
    )


def _next(case: Case, lanes: list[Lane]) -> str | None:
    """Return the first open candidate that could still beat what is certified."""
    by_id = {one.id: one for one in case.candidates}
    certified = [by_id[lane.id] for lane in lanes if lane.certified]
    for lane in lanes:
        if lane.open and not any(
            not _could_beat(case, by_id[lane.id], best) for best in certified
        ):
            return lane.id
    return None


def _could_beat(case: Case, untested: Evidence, certified: Evidence) -> bool:
    """Return whether the planned objective, at its best, is below the certified one."""
    hoped = _optimistic(untested.planned)
    if hoped is None:
        return False
    known = objective(case, certified)
    if known is None and certified.planned is not None:
        known = certified.planned.value
    return known is None or hoped < known


def _optimistic(figure: Figure | None) -> float | None:
    if figure is None:
        return None
    return figure.value if figure.low is None else figure.low
