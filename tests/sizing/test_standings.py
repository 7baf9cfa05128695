from dataclasses import replace
from math import inf

import pytest

from advisor.sizing.conclusions import Row
from advisor.sizing.constraints import Constraint
from advisor.sizing.flip_points import Crossing
from advisor.sizing.measurement import Figure
from advisor.sizing.recommendation import decide
from advisor.sizing.standings import agreeing, flips, limits_of, on_scale, standings
from tests.sizing.cases import a_case, candidate, dollars, losing, reference

STEP = 1e-6


def answer(case):
    found = decide(case)
    return found.outcome, found.recommended


def with_limit(case, key, limit):
    return replace(
        case,
        constraints=tuple(
            replace(one, limit=limit) if one.key == key else one
            for one in case.constraints
        ),
    )


LIMITS = {
    "quality_margin": 0.08,
    "min_quality": 0.7,
    "p95_latency_ms": 800.0,
    "max_memory_gb": 6.0,
    "monthly_budget_usd": 300.0,
    "context_tokens": 4096,
}


def crowd(**given):
    slow = tuple(float(t) for t in range(300, 700, 4))
    fast = tuple(float(t) for t in range(100, 200))

    def one(name, lost, a_month, gb, **known):
        return candidate(
            name,
            scores=losing(lost),
            costs=dollars(a_month),
            memory_gb=Figure(gb, gb * 0.9, gb * 1.1, None, "estimated"),
            **{"latency_ms": slow, "context_tokens": 8192, **known},
        )

    return a_case(
        [
            reference(costs=dollars(900), latency_ms=fast, context_tokens=32768),
            one("tiny", 24, 20, 1.0),
            one("small", 9, 80, 3.0),
            one("middle", 3, 240, 5.0, latency_ms=fast),
            one("wide", 2, 290, 5.2, context_tokens=131_072),
        ],
        LIMITS,
        **given,
    )


@pytest.mark.parametrize("promise", ["samples", "traffic"])
@pytest.mark.parametrize("stop", ["exhausted", "decided"])
def test_deciding_anew_at_each_flip_point_gives_the_answer_it_names(promise, stop):
    case = crowd(promise=promise, stop=stop)
    now = answer(case)
    exact = promise == "samples" and stop == "exhausted"
    changes = 0
    for flip in flips(decide(case)):
        # The bounds of a test lie on a grid: only a plain comparison is exact.
        if flip.name not in ("max_memory_gb", "monthly_budget_usd") and not exact:
            continue
        for side, change in ((-1, flip.below), (1, flip.above)):
            if change is None:
                continue
            changes += 1
            moved = change.limit + side * (STEP if change.beyond else 0)
            inside = change.limit - side * STEP
            named = (change.outcome, change.recommended)
            assert answer(with_limit(case, flip.name, moved)) == named
            if side * inside > side * flip.limit:
                assert answer(with_limit(case, flip.name, inside)) == now
    assert changes >= 2


def test_a_certified_margin_may_be_moved_as_far_as_its_bound():
    found = decide(crowd(promise="traffic", stop="decided"))
    rows = {one.id: one for one in standings(found)}
    for name in ("small", "middle", "wide"):
        (finding,) = (one for one in found.candidates if one.id == name)
        bound = -finding.quality.difference.low
        assert rows[name].crossings["quality_margin"].met == pytest.approx(bound)


@pytest.mark.parametrize("promise", ["samples", "traffic"])
@pytest.mark.parametrize("stop", ["exhausted", "decided"])
@pytest.mark.parametrize("lost", [12, 30])
def test_it_never_disagrees_with_what_was_decided_at_the_limits(promise, stop, lost):
    case = crowd(promise=promise, stop=stop)
    found = decide(
        replace(
            case,
            evidence=(
                *case.evidence,
                candidate("more", scores=losing(lost), costs=dollars(1), position=9),
            ),
        )
    )
    limits = limits_of(found.case)
    rows = {one.id: one for one in standings(found)}
    for finding in found.findings:
        for row in finding.rows:
            if row.status != "unknown":
                crossing = rows[finding.id].crossings[row.constraint.key]
                assert crossing.at(limits[row.constraint.key]) == row.status
    assert rows["more"].fixed == "failed"


@pytest.mark.parametrize("status", ["met", "undecided", "failed"])
@pytest.mark.parametrize("floor", [True, False])
@pytest.mark.parametrize(("met", "failed"), [(1.0, 0.5), (0.1, 0.05), (9.0, 8.0)])
def test_what_was_decided_at_the_limit_moves_the_bounds(status, floor, met, failed):
    row = Row(
        constraint=Constraint(name="min_quality", limit=0.7), status=status, value=0.7
    )
    pair = (failed, met) if floor else (met, failed)
    assert agreeing(Crossing(*pair, floor), row).at(0.7) == status


def test_declared_facts_and_the_unknown_are_not_moved_by_limits():
    case = a_case(
        [
            reference(hosting="public_api"),
            candidate("open", 182, hosting=None),
            candidate("hosted", 182, hosting="public_api"),
            candidate("own", 182, hosting="device"),
        ],
        {"hosting": ["device"]},
    )
    fixed = {one.id: one.fixed for one in standings(decide(case))}
    assert fixed == {
        "big": "failed",
        "open": "failed",
        "hosted": "failed",
        "own": "met",
    }


def test_what_was_not_run_stays_open_unless_a_fact_rules_it_out():
    case = a_case(
        [
            reference(costs=dollars(900)),
            candidate("best", 182, costs=dollars(10), context_tokens=9000),
            candidate(
                "later",
                scores=(),
                not_run=True,
                costs=dollars(999),
                context_tokens=9000,
            ),
            candidate(
                "short",
                scores=(),
                not_run=True,
                hosting="public_api",
                context_tokens=9000,
            ),
        ],
        {"monthly_budget_usd": 500, "context_tokens": 4000, "hosting": ["device"]},
        stop="decided",
    )
    rows = {one.id: one for one in standings(decide(case))}
    assert (rows["later"].fixed, rows["short"].fixed) == ("undecided", "failed")
    assert set(rows["later"].crossings) == {"context_tokens"}


def test_percentages_of_time_that_are_not_clear_stay_undecided():
    # 20 requests cannot bound a 95th percentile from above.
    case = a_case(
        [reference(), candidate("few", 182, latency_ms=(10.0,) * 20)],
        {"p95_latency_ms": 100},
    )
    rows = {one.id: one for one in standings(decide(case))}
    assert rows["few"].crossings["p95_latency_ms"].at(100) == "undecided"


def test_flip_points_of_many_candidates_take_no_new_answers():
    case = crowd(promise="samples", stop="exhausted")
    found = decide(case)
    assert {one.name for one in flips(found)} == set(LIMITS)


@pytest.mark.parametrize("floor", [True, False])
@pytest.mark.parametrize("met", [-0.09, 0.0, 0.4, 1.0, 1.07])
@pytest.mark.parametrize("failed", [-0.09, 0.0, 0.4, 1.0, 1.07])
def test_a_limit_on_quality_is_only_moved_from_0_to_1(floor, met, failed):
    crossing = Crossing(met, failed, floor)
    kept = on_scale(crossing)
    for limit in (0.0, 0.2, 0.4, 0.6, 1.0):
        assert kept.at(limit) == crossing.at(limit)
    for value in (kept.met, kept.failed):
        assert 0 <= value <= 1 or abs(value) == inf


@pytest.mark.parametrize("promise", ["samples", "traffic"])
@pytest.mark.parametrize("stop", ["exhausted", "decided"])
@pytest.mark.parametrize("answers", [(), (1.0,), (0.0,), (1.0, 0.0, 1.0)])
@pytest.mark.parametrize("limit", [0.07, 0.91])
def test_few_answers_propose_no_limit_off_the_scale(promise, stop, answers, limit):
    gaps = (None,) * 40
    case = a_case(
        [reference(scores=gaps), candidate("stub", scores=answers + gaps)],
        {"quality_margin": 0.05, "min_quality": limit},
        promise=promise,
        stop=stop,
    )
    proposed = {
        one.name: [change for change in (one.below, one.above) if change is not None]
        for one in flips(decide(case))
    }
    for change in sum(proposed.values(), []):
        assert 0 <= change.limit <= 1
        assert not (change.beyond and change.limit in (0, 1) and not answers)
    # The reference was never answered: nobody can be held against it.
    assert proposed["quality_margin"] == []
    if not answers:
        assert proposed["min_quality"] == []


def test_no_limit_lets_a_model_in_that_does_not_run():
    large = Figure(9.0, 9.0, 9.0, 1, "measured")
    broken = candidate("broken", 182, memory_gb=large, unfit="out of memory")
    case = a_case([reference(), broken], {"max_memory_gb": 8})
    found = decide(case)
    assert answer(with_limit(case, "max_memory_gb", 90.0)) == answer(case)
    for one in flips(found):
        assert (one.below, one.above) == (None, None)


@pytest.mark.parametrize("limit", ["p95_latency_ms", "ttft_ms"])
def test_no_limit_fails_what_was_disturbed(limit):
    times = tuple(float(t) for t in range(300, 700, 4))
    case = a_case(
        [
            reference(),
            candidate("noisy", 182, latency_ms=times, ttft_ms=times, disturbed=True),
        ],
        {limit: 500},
    )
    (crossing,) = (
        one.crossings[limit] for one in standings(decide(case)) if one.id == "noisy"
    )
    for tried in (50.0, 500.0, 690.0, 900.0):
        (row,) = (
            row
            for row in decide(with_limit(case, limit, tried)).candidates[0].rows
            if row.constraint.name == limit
        )
        assert crossing.at(tried) == row.status


def test_no_margin_settles_a_comparison_of_all_samples_that_was_stopped():
    stopped = candidate("stopped", scores=losing(3)[:150])
    case = a_case(
        [reference(), stopped],
        {"quality_margin": 0.05, "min_quality": 0.5},
        promise="samples",
    )
    found = decide(case)
    assert found.outcome == "undecided"
    for one in flips(found):
        assert (one.below, one.above) == (None, None)
    for margin in (0.0, 0.3, 1.0):
        assert answer(with_limit(case, "quality_margin", margin))[0] == "undecided"
