"""What did each sample count? Rows of answers become scores in permutation order."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import NamedTuple

from django.db.models import Q

from advisor.runs.models import Candidate, Run, Trial
from advisor.sizing.intervals import betting_interval
from advisor.sizing.measurement import Figure

SHOWN_FROM = 20
# Nobody was asked: a gap among the scores, and no time at all.
NOT_RECORDED = "not_recorded"
ENDED = (Trial.State.SUCCEEDED, Trial.State.FAILED, Trial.State.QUARANTINED)


class Tried(NamedTuple):
    """One trial as the decision sees it: a place, a state and what came back.

    Tokens that nobody counted are None: an estimate tells no speed.
    """

    position: int
    state: str
    score: float | None
    cost_usd: float | None = None
    cost_origin: str = ""
    latency_ms: float | None = None
    ttft_ms: float | None = None
    failed: bool = False
    completion_tokens: int | None = None


@dataclass(slots=True)
class Column:
    """The trials of one candidate by sample, in permutation order."""

    by_sample: dict[int, list[Tried]] = field(default_factory=lambda: defaultdict(list))

    def samples(self) -> Iterable[list[Tried]]:
        """Yield the repeats of each sample in permutation order.

        Ends before the first sample that was not asked to the end: what was answered
        after it came early, and that alone may say something about it.
        """
        ordered = (self.by_sample[position] for position in sorted(self.by_sample))
        return takewhile(lambda r: all(one.state in ENDED for one in r), ordered)

    def first(self, count: int | None) -> "Column":
        """Return the first samples of the column; all of them for None."""
        if count is None:
            return self
        kept = sorted(self.by_sample)[:count]
        return Column({position: self.by_sample[position] for position in kept})

    def scores(self) -> tuple[float | None, ...]:
        """Return one score a sample; see ``mean_scores``."""
        return mean_scores(self.samples())


def columns_of(
    run: Run, candidate_ids: Iterable[int] | None = None
) -> dict[int, Column]:
    """Return the trials of a run by candidate, of all of them or of some."""
    columns: dict[int, Column] = defaultdict(Column)
    found = Trial.objects.filter(run=run)
    if candidate_ids is not None:
        found = found.filter(candidate__in=list(candidate_ids))
    rows = found.order_by("position", "repeat", "pk").values_list(
        "candidate_id",
        "position",
        "state",
        "answer__score",
        "answer__cost_usd",
        "answer__cost_origin",
        "answer__latency_ms",
        "answer__ttft_ms",
        "answer__failure_code",
        "answer__completion_tokens",
        "answer__tokens_origin",
    )
    for row in rows.iterator():
        candidate_id, position, state, score, cost, origin, latency = row[:7]
        ttft, code, tokens, origin_of_tokens = row[7:]
        counted = origin_of_tokens != "estimated"
        columns[candidate_id].by_sample[position].append(
            Tried(
                position=position,
                state=state,
                score=score,
                cost_usd=cost,
                cost_origin=origin or "",
                latency_ms=latency,
                ttft_ms=ttft,
                failed=bool(code) and code != NOT_RECORDED,
                completion_tokens=tokens if counted else None,
            )
        )
    return columns


def mean_scores(samples: Iterable[Sequence[Tried]]) -> tuple[float | None, ...]:
    """Return one score a sample, its repeats averaged; None is a gap.

    A repeat without a score leaves the mean to the others.
    """
    return tuple(mean_of([one.score for one in repeats]) for repeats in samples)


def mean_of(values: Iterable[float | None]) -> float | None:
    """Return the mean of what is known, None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


@dataclass(slots=True)
class ScoresSeen:
    """Reads the scores of a run that goes on, again and again: what is new each time.

    A trial that ended keeps its score in a generation of its run, so that what was
    read up to the first hole is not read again. For one thread, and a slice of work.
    """

    _known: dict[int, Column] = field(default_factory=dict)
    _generation: int = 0

    def of(self, run: Run, asked: Iterable[Candidate]) -> dict[int, Column]:
        """Return the opened trials of some candidates with nothing but their scores."""
        if run.generation != self._generation:
            self._known, self._generation = {}, run.generation
        columns, wanted = {}, Q()
        for one in asked:
            columns[one.pk] = known = self._known.get(one.pk, Column())
            new = Q(candidate=one.pk, position__gte=len(known.by_sample))
            # What no race has opened has no score, and is most of the rows.
            wanted |= new if one.open_to is None else new & Q(block__lt=one.open_to)
        rows = (
            Trial.objects.filter(wanted, run=run)
            .order_by("position", "repeat", "pk")
            .values_list("candidate_id", "position", "state", "answer__score")
        )
        fresh: dict[int, Column] = defaultdict(Column)
        for candidate_id, position, state, score in rows.iterator() if columns else ():
            tried = Tried(position, state, score)
            fresh[candidate_id].by_sample[position].append(tried)
        return {pk: self._more(pk, old, fresh[pk]) for pk, old in columns.items()}

    def _more(self, pk: int, old: Column, fresh: Column) -> Column:
        """Return a column with its new rows, and remember it up to the first hole."""
        new = {repeats[0].position: repeats for repeats in fresh.samples()}
        self._known[pk] = Column({**old.by_sample, **new})
        return Column({**old.by_sample, **fresh.by_sample})


def needed_of(rows: Sequence[Candidate]) -> dict[int, int | None]:
    """Return how many samples of each decided; None where there is no such number."""
    ends = {one.pk: one.decided_after for one in rows if one.role == "candidate"}
    asked = [one for one in rows if one.pk in ends and one.open_to]
    most = max((ends[one.pk] or 0 for one in asked), default=None)
    if any(ends[one.pk] is None for one in asked):
        most = None
    return {one.pk: ends.get(one.pk, most) for one in rows}


def partial_means(run: Run) -> dict[int, Figure]:
    """Return mean scores so far with intervals by candidate, from 20 samples on.

    The interval is that of a run that was planned to end here: it informs and never
    decides.
    """
    rows = (
        Trial.objects.filter(run=run, state__in=ENDED)
        .order_by("position")
        .values_list("candidate_id", "position", "answer__score")
    )
    scores: dict[int, dict[int, list[float | None]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for candidate_id, position, score in rows.iterator():
        scores[candidate_id][position].append(score)
    means = {pk: _partial(list(found.values())) for pk, found in scores.items()}
    return {pk: figure for pk, figure in means.items() if figure is not None}


def _partial(samples: Sequence[Sequence[float | None]]) -> Figure | None:
    known = [m for m in map(mean_of, samples) if m is not None]
    if len(known) < SHOWN_FROM:
        return None
    found = betting_interval(known)
    if found is None:
        return None
    return Figure(found.value, found.low, found.high, found.n, "measured")
