"""Would two small models that check each other do, with a large one where they differ?

A cascade needs a sign of doubt. Models rarely state theirs, so it is replayed with one
that every run has: a second small model that gives another answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from advisor.runs.models import Answer, Run
from advisor.sizing.cascade import Pairs
from advisor.sizing.cascade_replay import Cascade, Costs, advise
from advisor.sizing.measurement import Case, Evidence

FEWEST = 60  # samples that both models and the large one answered
MOST_SMALL = 3  # models that are paired: three pairs at most
THOUSAND = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A cascade of two small models and a large one, replayed on the run's samples."""

    small: str
    checker: str
    large: str
    margin: float
    cascade: Cascade


def cascades_of(
    run: Run, case: Case, large: str, margin: float
) -> tuple[Replayed, ...]:
    """Return the replay of each pair of models that costs less than ``large``.

    ``margin`` is the loss allowed against the large model. Empty where costs are not
    known, where fewer than two models cost less, or samples are few.
    """
    by_id = {one.id: one for one in case.evidence}
    cheaper = _cheaper(case, by_id[large])
    pairs = list(combinations(cheaper, 2))
    outputs = _outputs(run, [one.id for one in cheaper]) if pairs else {}
    found = (
        _replay(case, (first, second, by_id[large]), outputs, margin, len(pairs))
        for first, second in pairs
    )
    return tuple(one for one in found if one is not None)


def _cheaper(case: Case, large: Evidence) -> list[Evidence]:
    """Return the candidates that cost less and answered, the best first."""
    bar = _request(large)
    small = [
        one
        for one in case.candidates
        if one.id != large.id
        and one.scores
        and (cost := _request(one)) is not None
        and bar is not None
        and cost < bar
    ]
    small.sort(key=lambda one: (-float(np.nanmean(one.answers)), one.id))
    return small[:MOST_SMALL]


def _request(one: Evidence) -> float | None:
    figure = one.costs.per_1000_requests
    return None if figure is None or figure.value is None else figure.value / THOUSAND


def _outputs(run: Run, keys: list[str]) -> Mapping[str, dict[int, str]]:
    """Return the first answers by candidate and position, blanks and case apart."""
    rows = Answer.objects.filter(
        trial__run=run, trial__candidate__key__in=keys, trial__repeat=0
    ).values_list("trial__candidate__key", "trial__position", "output")
    found: dict[str, dict[int, str]] = {key: {} for key in keys}
    for key, position, output in rows.iterator():
        found[key][position] = " ".join(output.casefold().split())
    return found


def _replay(
    case: Case,
    models: tuple[Evidence, Evidence, Evidence],
    outputs: Mapping[str, dict[int, str]],
    margin: float,
    tried: int,
) -> Replayed | None:
    first, second, large = models
    said, heard = outputs[first.id], outputs[second.id]
    rows = _shared(first, large, said, heard)
    if len(rows) < FEWEST:
        return None
    same = np.array([float(said[at] == heard[at]) for at in rows])
    groups = case.groups
    pairs = Pairs(
        confidence=same,
        small=first.answers[rows],
        large=large.answers[rows],
        groups=groups and tuple(groups[at] or f"\0{at}" for at in rows),
    )
    costs = [_request(one) for one in models]
    return Replayed(
        small=first.id,
        checker=second.id,
        large=large.id,
        margin=margin,
        cascade=advise(
            pairs,
            margin=margin,
            alpha=1 - case.confidence,
            seed=case.seed,
            costs=Costs(
                small=costs[0] or 0.0, large=costs[2] or 0.0, checking=costs[1] or 0.0
            ),
            tried=tried,
        ),
    )


def _shared(
    first: Evidence,
    large: Evidence,
    said: Mapping[int, str],
    heard: Mapping[int, str],
) -> list[int]:
    """Return the places of the samples that all three answered."""
    scored = [one.answers for one in (first, large)]
    return [
        at
        for at in range(min(column.size for column in scored))
        if at in said
        and at in heard
        and not any(np.isnan(column[at]) for column in scored)
    ]
