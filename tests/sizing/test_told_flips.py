"""Where a limit on quality changes the answer: told exactly, or as an estimate.

Random cases, each with its own seed, are decided anew on both sides of every flip point
that is told as exact.
"""

from dataclasses import replace
from random import Random

import pytest

from advisor.sizing.measurement import Case
from advisor.sizing.recommendation import decide
from advisor.sizing.rounding import reached
from advisor.sizing.standings import flips
from tests.sizing.cases import a_case, candidate, dollars, reference

STEP = 0.001  # the last digit of a quality that pages write
SEEDS = range(14)


def drawn(seed: int, *, promise: str, stop: str, candidates: int) -> Case:
    """A reference, and candidates of their own quality that mostly agree with it."""
    chance = Random(seed)
    samples = chance.choice([40, 80, 120])
    quality = chance.uniform(0.6, 0.95)
    bar = [float(chance.random() < quality) for _ in range(samples)]
    known = [reference(scores=tuple(bar), costs=dollars(900))]
    for place in range(candidates):
        own, agrees = quality - chance.uniform(-0.05, 0.15), chance.choice([0.8, 0.95])
        scores = tuple(
            score if chance.random() < agrees else float(chance.random() < own)
            for score in bar
        )
        run = samples if stop == "exhausted" else chance.choice([samples, samples // 2])
        known.append(
            candidate(f"c{place}", scores=scores[:run], costs=dollars(10 * place + 10))
        )
    return a_case(
        known,
        {
            "quality_margin": round(chance.uniform(0.0, 0.2), 3),
            "min_quality": round(quality - chance.uniform(-0.05, 0.2), 3),
        },
        samples=samples,
        promise=promise,
        stop=stop,
    )


def answer(case: Case, name: str, limit: float) -> tuple[str, str | None]:
    moved = tuple(
        replace(one, limit=limit) if one.key == name else one
        for one in case.constraints
    )
    found = decide(replace(case, constraints=moved))
    return found.outcome, found.recommended


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("promise", "stop", "candidates"),
    [
        ("samples", "exhausted", 3),
        ("samples", "decided", 3),
        ("traffic", "exhausted", 1),
        ("traffic", "exhausted", 3),
    ],
)
def test_the_answer_is_told_as_it_is_on_both_sides(promise, stop, candidates, seed):
    case = drawn(seed, promise=promise, stop=stop, candidates=candidates)
    now = decide(case)
    limits = {one.key: one for one in case.constraints}
    for flip in flips(now):
        for side, change in ((-1, flip.below), (1, flip.above)):
            if change is None or flip.estimated:
                continue
            told = reached(limits[flip.name], change.limit, up=side > 0)
            there = told + side * STEP if change.beyond else told
            if 0 <= there <= 1:
                named = (change.outcome, change.recommended)
                assert answer(case, flip.name, round(there, 3)) == named
            # The next limit that could be written nearer to the present one.
            on_step = abs(told - change.limit) < 1e-9
            nearer = told if change.beyond and on_step else told - side * STEP
            if side * nearer > side * flip.limit:
                same = (now.outcome, now.recommended)
                assert answer(case, flip.name, round(nearer, 3)) == same


@pytest.mark.parametrize(
    ("promise", "stop", "candidates", "estimated"),
    [
        ("samples", "exhausted", 3, (False, False)),
        ("traffic", "exhausted", 1, (False, True)),
        ("traffic", "exhausted", 3, (True, True)),
        ("traffic", "decided", 1, (True, True)),
    ],
)
def test_where_a_test_would_stake_anew_a_flip_point_is_an_estimate(
    promise, stop, candidates, estimated
):
    case = drawn(1, promise=promise, stop=stop, candidates=candidates)
    margin, floor = flips(decide(case))
    assert (margin.name, floor.name) == ("quality_margin", "min_quality")
    assert (margin.estimated, floor.estimated) == estimated
