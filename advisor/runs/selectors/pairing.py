"""Which samples do two runs share, and what did a model of each make of them?

Runs on one sample set share its samples; on different sets, those of equal input and
expected answer. A sample that only one run has is counted and left out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from advisor.projects.models import Sample
from advisor.runs.models import Answer, Run
from advisor.runs.selectors.summary import Summary

Change = Literal["newly_right", "newly_wrong", "both_right", "both_wrong", "open"]
CHANGES: tuple[Change, ...] = get_args(Change)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One run's half of a pair: the run, what was read of it, and the model."""

    run: Run
    summary: Summary
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """The shared samples of two runs, and how the answer to each changed.

    ``shared`` holds the ids of a sample in the first and the second run, ``changes``
    the places in it by change; ``open`` are those that a run has no score of.
    """

    same_set: bool
    only: tuple[int, int]
    shared: tuple[tuple[int, int], ...]
    changes: Mapping[Change, tuple[int, ...]]

    @property
    def scored(self) -> int:
        """Return how many shared samples both runs have a score of."""
        return len(self.shared) - len(self.changes["open"])


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPair:
    """One shared sample: its key, input and expected answer, and both answers."""

    key: str
    input: str
    expected: object
    before: str | None
    after: str | None
    scores: tuple[float | None, float | None]


def pairing_of(first: Side, second: Side) -> Pairing:
    """Return the shared samples and how the second run's answers differ."""
    same = first.run.setup.sample_set_id == second.run.setup.sample_set_id
    shared = _same(first, second) if same else _equal(first, second)
    sizes = len(first.summary.order), len(second.summary.order)
    return Pairing(
        same_set=same,
        only=(sizes[0] - len(shared), sizes[1] - len(shared)),
        shared=shared,
        changes=_changes(first, second, shared),
    )


def answer_pairs(
    first: Side, second: Side, shared: tuple[tuple[int, int], ...]
) -> tuple[AnswerPair, ...]:
    """Return some shared samples with both answers, in their order."""
    ids = [pk for pair in shared for pk in pair]
    samples = Sample.objects.in_bulk(ids)
    before = _answers(first, [pair[0] for pair in shared])
    after = _answers(second, [pair[1] for pair in shared])
    return tuple(
        AnswerPair(
            key=samples[late].key,
            input=samples[late].input,
            expected=samples[late].expected,
            before=before.get(early, (None, None))[0],
            after=after.get(late, (None, None))[0],
            scores=(
                before.get(early, (None, None))[1],
                after.get(late, (None, None))[1],
            ),
        )
        for early, late in shared
    )


def _same(first: Side, second: Side) -> tuple[tuple[int, int], ...]:
    known = set(first.summary.order)
    return tuple((pk, pk) for pk in second.summary.order if pk in known)


def _equal(first: Side, second: Side) -> tuple[tuple[int, int], ...]:
    """Return samples of equal content; the first of equal ones stands for them."""
    by_content: dict[tuple[str, str], int] = {}
    for content, pk in _contents(first):
        by_content.setdefault(content, pk)
    found = ((by_content.pop(content, None), pk) for content, pk in _contents(second))
    return tuple((early, late) for early, late in found if early is not None)


def _contents(side: Side) -> list[tuple[tuple[str, str], int]]:
    rows = {
        pk: (text, json.dumps(expected, sort_keys=True))
        for pk, text, expected in Sample.objects.filter(
            sample_set=side.run.setup.sample_set_id
        ).values_list("pk", "input", "expected")
    }
    return [(rows[pk], pk) for pk in side.summary.order if pk in rows]


def _changes(
    first: Side, second: Side, shared: tuple[tuple[int, int], ...]
) -> dict[Change, tuple[int, ...]]:
    before = _right(first, [pair[0] for pair in shared])
    after = _right(second, [pair[1] for pair in shared])
    unknown = np.isnan(before) | np.isnan(after)
    masks: dict[Change, np.ndarray] = {
        "newly_right": (before == 0) & (after == 1),
        "newly_wrong": (before == 1) & (after == 0),
        "both_right": (before == 1) & (after == 1),
        "both_wrong": (before == 0) & (after == 0),
        "open": unknown,
    }
    return {
        name: tuple(int(at) for at in np.flatnonzero(mask))
        for name, mask in masks.items()
    }


def _right(side: Side, ids: list[int]) -> np.ndarray:
    """Return 1 for an accepted answer, 0 for another, NaN where there is none."""
    places = {pk: at for at, pk in enumerate(side.summary.order)}
    scores = side.summary.scores(side.model)
    chosen = scores[[places[pk] for pk in ids]] if ids else np.zeros(0)
    right = (chosen >= side.summary.case.accept_at).astype(float)
    right[np.isnan(chosen)] = np.nan
    return right


def _answers(side: Side, ids: list[int]) -> dict[int, tuple[str, float | None]]:
    rows = Answer.objects.filter(
        trial__run=side.run,
        trial__candidate__key=side.model,
        trial__repeat=0,
        trial__sample__in=ids,
    ).values_list("trial__sample_id", "output", "score")
    return {pk: (output, score) for pk, output, score in rows}
