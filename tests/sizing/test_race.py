from dataclasses import replace

import pytest

from advisor.sizing.measurement import Case, Evidence, Figure
from advisor.sizing.race import Race, race
from advisor.sizing.recommendation import decide
from tests.sizing.cases import a_case, candidate, dollars, reference, scores

N = 600
BLOCK = 32
ANSWERS = {
    "big": scores(510, N),
    "tiny": scores(300, N),
    "small": scores(540, N),
    "mid": scores(545, N),
}


def at_the_start(**given: object) -> Case:
    evidence = [reference(scores=ANSWERS["big"])]
    for position, (name, cost) in enumerate([("tiny", 1), ("small", 4), ("mid", 9)]):
        planned = Figure(cost, 0.9 * cost, 1.1 * cost, None, "estimated")
        evidence.append(Evidence(id=name, position=position, planned=planned))
    return a_case(evidence, samples=N, stop="decided", **given)


def ran(case: Case, name: str, count: int, states: object = None) -> Case:
    """Return the case after ``count`` samples of one candidate."""
    return replace(
        case,
        evidence=tuple(
            replace(one, scores=ANSWERS[name][:count], states=states or {})
            if one.id == name
            else one
            for one in case.evidence
        ),
    )


def to_the_end(case: Case) -> tuple[Case, Race, dict[str, int]]:
    """Run blocks as the race asks for them, with the states it hands out."""
    taken: dict[str, int] = {}
    now = race(case)
    while now.next is not None:
        name = now.next
        taken[name] = min(taken.get(name, 0) + BLOCK, N)
        case = ran(case, name, taken[name], now.lane(name).states)
        now = race(case)
    return case, now, taken


@pytest.mark.parametrize("promise", ["traffic", "samples"])
def test_the_cheapest_runs_first_and_each_stops_at_its_own_decision(promise):
    case, now, taken = to_the_end(at_the_start(promise=promise))
    assert list(taken) == ["tiny", "small"]
    assert now.lane("tiny").rejected
    assert now.lane("small").certified
    assert taken["tiny"] < taken["small"] < N
    assert not now.lane("mid").states
    skipped = [replace(one, not_run=one.id == "mid") for one in case.evidence]
    found = decide(replace(case, evidence=tuple(skipped)))
    assert found.recommended == "small"
    assert {one.id: one.standing for one in found.findings} == {
        "small": "recommended",
        "tiny": "rejected",
        "mid": "not_run",
        "big": "qualifies",
    }


def test_resuming_from_states_is_the_same_as_replaying():
    case, now, _ = to_the_end(at_the_start())
    bare = tuple(replace(one, states={}) for one in case.evidence)
    assert race(replace(case, evidence=bare)) == now


def test_a_dearer_candidate_still_runs_where_its_plan_could_beat_the_certified():
    case, _, taken = to_the_end(at_the_start())
    evidence = tuple(
        replace(one, costs=dollars(12)) if one.id == "small" else one
        for one in case.evidence
    )
    assert race(replace(case, evidence=evidence)).next == "mid"
    unplanned = tuple(replace(one, planned=None) for one in evidence)
    assert race(replace(case, evidence=unplanned)).next is None
    value_only = tuple(
        replace(one, planned=Figure(13.0)) if one.id == "mid" else one
        for one in evidence
    )
    assert race(replace(case, evidence=value_only)).next is None
    assert taken["small"] < N


def test_a_certified_one_of_unknown_cost_does_not_end_the_race_of_the_known():
    case, _, _ = to_the_end(at_the_start())
    evidence = tuple(
        replace(one, planned=None) if one.id == "small" else one
        for one in case.evidence
    )
    assert race(replace(case, evidence=evidence)).next == "mid"


def test_a_certificate_is_withdrawn_where_the_speed_phase_fails():
    case, _, _ = to_the_end(at_the_start(limits={"p95_latency_ms": 100}))
    slow = tuple(
        replace(one, latency_ms=(900.0,) * 80) if one.id == "small" else one
        for one in case.evidence
    )
    now = race(replace(case, evidence=slow))
    assert now.lane("small").rejected
    assert now.next == "mid"


@pytest.mark.parametrize("times", [None, (90.0,) * 30])
def test_one_that_may_not_be_recommended_in_the_end_holds_nobody_back(times):
    case, _, _ = to_the_end(at_the_start(limits={"p95_latency_ms": 100}))
    timed = tuple(
        replace(one, latency_ms=times) if one.id == "small" else one
        for one in case.evidence
    )
    assert race(replace(case, evidence=timed)).next is None
    now = race(replace(case, evidence=timed), over={"small"})
    assert not now.lane("small").certified
    assert not now.lane("small").open
    assert now.next == "mid"


def test_what_a_declared_fact_excludes_is_never_run():
    case = at_the_start(limits={"licences": ["mit"]})
    evidence = tuple(
        replace(one, licence="gemma" if one.id == "tiny" else "mit")
        for one in case.evidence
    )
    now = race(replace(case, evidence=evidence))
    assert now.lane("tiny").excluded
    assert now.next == "small"


def test_running_all_samples_ends_on_no_certificate():
    case = replace(ran(at_the_start(), "tiny", N), stop="exhausted")
    now = race(case)
    assert now.lane("tiny").finished
    assert not now.lane("tiny").rejected
    assert now.next == "small"


def test_it_says_about_how_many_more_samples_would_settle_a_candidate():
    close = candidate("close", scores=scores(505, N)[:300])
    far = candidate("far", scores=scores(480, N)[:300])
    evidence = [reference(scores=ANSWERS["big"]), close, far]
    now = race(a_case(evidence, samples=N, stop="decided"))
    assert now.lane("close").more is not None
    assert now.lane("far").more is None
