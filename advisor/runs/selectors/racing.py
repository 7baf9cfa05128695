"""Where does a race stand? Lanes judged from what is in, and how far each may go on."""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from django.db.models import Max, Min

from advisor.runs.models import Candidate, Run, Trial
from advisor.runs.selectors.evidence import case_from
from advisor.runs.selectors.scores import ENDED, Column, ScoresSeen, columns_of
from advisor.sizing.measurement import Case
from advisor.sizing.race import Lane, Race, race

S, D = Candidate.State, Candidate.Decision
# What takes no more samples, for now or for good.
AT_REST = (S.PAUSED, S.DONE, S.UNFIT, S.NOT_RUN)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceStanding:
    """The lanes, and by candidate the samples and blocks that are judged.

    A sample is judged once candidate and reference have both been asked its block to
    the end, and all before it. ``first`` is how many blocks are judged of whoever got
    farthest; ``blocks`` counts those of the whole run.
    """

    race: Race
    samples: Mapping[int, int]
    judged: Mapping[int, int]
    first: int
    blocks: int

    def lane(self, one: Candidate) -> Lane:
        """Return the lane of a candidate."""
        return self.race.lane(one.key)


def standing_of(
    run: Run, rows: Sequence[Candidate], seen: ScoresSeen | None = None
) -> RaceStanding:
    """Return where the race of a run stands.

    Block after block, so that a candidate is decided after the same samples however
    fast the answers came. Judged by scores alone while it is asked: a bill or a time of
    a few samples decides nothing. One that is certified is held against every limit.
    ``seen`` spares reading scores again that were read for an earlier judgement.
    """
    certified = [one.pk for one in rows if one.decision == D.CERTIFIED]
    asked = [one for one in rows if one.open_to and not one.decision]
    scores = (seen or ScoresSeen()).of(run, asked)
    columns = columns_of(run, certified) | scores
    case = _with_states(case_from(run, rows, columns), rows)
    over = {one.key for one in rows if _rests(one)}
    lengths = {pk: _length(column) for pk, column in columns.items()}
    most, ends = _most(run, rows, lengths), _block_ends(run.pk, run.manifest_sha256)
    samples = {one.pk: 0 for one in rows}
    for one in asked:
        whole = [end for end in ends if end <= min(lengths.get(one.pk, 0), most)]
        samples[one.pk] = whole[-1] if whole else 0
        if one.role == "candidate":
            fresh = [end for end in whole if end > seen_by(one)]
            case, samples[one.pk] = _taken(case, one, fresh, samples[one.pk], over)
    tested = [one for one in rows if one.role == "candidate"]
    farthest = max((one.decided_after or samples[one.pk] for one in tested), default=0)
    return RaceStanding(
        race=race(case, over),
        samples=samples,
        judged={pk: bisect_right(ends, n) for pk, n in samples.items()},
        first=bisect_right(ends, min(farthest, most)),
        blocks=len(ends),
    )


def _taken(
    case: Case, one: Candidate, ends: Sequence[int], most: int, over: Collection[str]
) -> tuple[Case, int]:
    """Return the case with a candidate judged block by block, and how many samples.

    Its certifiers go on from block to block, so that nothing is replayed; nobody else
    is looked at, as a lane of a race depends on nobody else's scores.
    """
    for end in ends:
        lane = race(_alone(case, one, end), over).lane(one.key)
        case = _resumed(case, one, lane.states)
        if lane.certified or lane.rejected:
            most = end
            break
    return _cut(case, one, most), most


def _alone(case: Case, one: Candidate, count: int) -> Case:
    """Return the case with the first samples of one candidate and of the reference."""
    kept = (one.key, case.reference.id if case.reference else "")
    evidence = tuple(
        replace(found, scores=found.scores[:count] if found.id in kept else ())
        for found in case.evidence
    )
    return replace(case, evidence=evidence)


def _resumed(
    case: Case, one: Candidate, states: Mapping[str, Mapping[str, object]]
) -> Case:
    """Return the case with the certifiers of one candidate as they stand by now."""
    evidence = tuple(
        replace(found, states=states) if found.id == one.key else found
        for found in case.evidence
    )
    return replace(case, evidence=evidence)


def has_new_block(run: Run, rows: Sequence[Candidate]) -> bool:
    """Say whether a block is whole that is not judged; two queries, no score read."""
    asked = [one for one in rows if one.open_to and not one.decision]
    holes = dict(
        Trial.objects.filter(run=run, candidate__in=asked)
        .exclude(state__in=ENDED)
        .order_by()
        .values_list("candidate_id")
        .annotate(first=Min("position"))
    )
    count = int(run.manifest["samples"]["count"])
    lengths = {one.pk: holes.get(one.pk, count) for one in asked}
    most, ends = _most(run, rows, lengths), _block_ends(run.pk, run.manifest_sha256)
    return any(
        seen_by(one) < end <= min(lengths[one.pk], most)
        for one in asked
        if one.role == "candidate"
        for end in ends
    )


def _rests(one: Candidate) -> bool:
    return one.state in AT_REST or one.decision in (D.DISCARDED, D.UNDECIDED)


def seen_by(one: Candidate) -> int:
    """Return the samples that the stored certifiers of a candidate have seen."""
    return int((one.certifiers or {}).get("samples", 0))


def _cut(case: Case, one: Candidate, count: int) -> Case:
    """Return the case with no more than ``count`` samples of one candidate."""
    evidence = tuple(
        replace(found, scores=found.scores[:count]) if found.id == one.key else found
        for found in case.evidence
    )
    return replace(case, evidence=evidence)


def _with_states(case: Case, rows: Sequence[Candidate]) -> Case:
    """Return the case with the stored certifiers, which spare replaying scores."""
    states = {one.key: (one.certifiers or {}).get("states", {}) for one in rows}
    evidence = tuple(
        replace(one, states=states[one.id] if one.scores else {})
        for one in case.evidence
    )
    return replace(case, evidence=evidence)


def _length(column: Column) -> int:
    return sum(1 for _ in column.samples())


def _most(run: Run, rows: Sequence[Candidate], lengths: Mapping[int, int]) -> int:
    """Return how many samples the reference lets be judged."""
    reference = next((one for one in rows if one.role == "reference"), None)
    if reference is None or reference.state == S.UNFIT:
        return int(run.manifest["samples"]["count"])
    return lengths.get(reference.pk, 0)


@lru_cache(maxsize=8)
def _block_ends(run_id: int, manifest_sha256: str) -> list[int]:
    """Return the number of samples up to the end of each block; frozen at launch."""
    first = Candidate.objects.filter(run=run_id).order_by("pk").first()
    trials = Trial.objects.filter(candidate=first, repeat=0).order_by("block")
    last = trials.values("block").annotate(last=Max("position"))
    return [place + 1 for place in last.values_list("last", flat=True)]
