import random
from dataclasses import replace
from math import inf

import pytest

from advisor.sizing import formats
from advisor.sizing.conclusions import Recommendation
from advisor.sizing.constraints import parse
from advisor.sizing.measurement import Case, Costs, Evidence, Figure
from advisor.sizing.recommendation import decide, stated_confidence
from tests.sizing.cases import a_case, candidate, dollars, reference


def standings(found: Recommendation) -> dict[str, str]:
    return {one.id: one.standing for one in found.findings}


def test_the_cheapest_that_qualifies_is_recommended_whatever_the_planned_order():
    found = decide(
        a_case(
            [
                reference(costs=dollars(900)),
                candidate("dear", 182, costs=dollars(200), position=0),
                candidate("cheap", 182, costs=dollars(40), position=1),
                candidate("weak", 120, costs=dollars(10), position=2),
            ]
        )
    )
    assert (found.outcome, found.recommended) == ("recommended", "cheap")
    assert standings(found) == {
        "cheap": "recommended",
        "dear": "qualifies",
        "weak": "rejected",
        "big": "qualifies",
    }
    assert [one.id for one in found.findings] == ["cheap", "dear", "weak", "big"]


@pytest.mark.parametrize(
    ("objective", "best"), [("size", "small"), ("latency", "fast")]
)
def test_the_objective_orders_those_that_qualify(objective, best):
    fast = (5.0,) * 100
    found = decide(
        a_case(
            [
                reference(),
                candidate("fast", 182, parameters=9, latency_ms=fast),
                candidate("small", 182, parameters=3, latency_ms=(9.0,) * 100),
            ],
            objective=objective,
        )
    )
    assert found.recommended == best


def test_a_failed_answer_makes_the_slowest_of_all():
    found = decide(
        a_case(
            [
                reference(),
                candidate("fast", 182, latency_ms=(1.0,) * 50 + (inf,) * 50),
                candidate("slow", 182, latency_ms=(90.0,) * 100),
            ],
            objective="latency",
        )
    )
    assert found.recommended == "slow"


def test_a_cost_is_compared_by_the_month_where_a_volume_is_given():
    evidence = [
        reference(),
        candidate("a", 182, costs=dollars(40, a_thousand=1)),
        candidate("b", 182, costs=dollars(30, a_thousand=2)),
    ]
    assert decide(a_case(evidence)).recommended == "a"
    assert decide(a_case(evidence, {"monthly_requests": 9})).recommended == "b"


def test_an_unknown_cost_may_qualify_but_ranks_after_the_known():
    evidence = [
        reference(),
        candidate("unknown", 182, position=0),
        candidate("known", 182, costs=dollars(4000), position=1),
    ]
    assert decide(a_case(evidence)).recommended == "known"
    assert decide(a_case(evidence[:2])).recommended == "unknown"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"memory_gb": Figure(9.0)}, {"memory_gb": Figure(3.0)}),
        ({"parameters": 9}, {"parameters": 3}),
        ({"latency_ms": (9.0,) * 60}, {"latency_ms": (3.0,) * 60}),
        ({}, {}),
    ],
)
def test_ties_are_broken_by_preferences_size_p95_and_id(first, second):
    names = ("z", "a") if not first else ("a", "z")
    limits = {"max_memory_gb": {"limit": 4, "level": "prefer"}}
    evidence = [
        reference(),
        candidate(names[0], 182, costs=dollars(5), **first),
        candidate(names[1], 182, costs=dollars(5), **second),
    ]
    assert decide(a_case(evidence, limits)).recommended == names[1]


def test_a_preference_never_excludes():
    limits = {"max_memory_gb": {"limit": 4, "level": "prefer"}}
    heavy = candidate("heavy", 182, memory_gb=Figure(9.0))
    assert decide(a_case([reference(), heavy], limits)).recommended == "heavy"


def test_an_unknown_must_rejects_as_not_measured():
    found = decide(a_case([reference(), candidate("a", 182)], {"max_memory_gb": 8}))
    assert (found.outcome, found.keep_reference) == ("none_qualifies", False)
    assert found.findings[0].reason == "Not measured: memory."


def test_the_reference_is_kept_where_it_costs_no_more_than_the_best():
    found = decide(
        a_case([reference(costs=dollars(40)), candidate("a", 182, costs=dollars(40))])
    )
    assert (found.outcome, found.recommended) == ("none_qualifies", None)
    assert found.keep_reference
    assert standings(found) == {"a": "qualifies", "big": "qualifies"}


def test_a_cheap_reference_that_misses_a_must_is_not_kept():
    found = decide(
        a_case(
            [
                reference(costs=dollars(1), leaves_network=True),
                candidate("a", 182, costs=dollars(40), leaves_network=False),
            ],
            {"local_only": True},
        )
    )
    assert (found.recommended, found.keep_reference) == ("a", False)


def test_a_reference_of_unknown_cost_does_not_stand_in_the_way():
    found = decide(a_case([reference(), candidate("a", 182, costs=dollars(40))]))
    assert found.recommended == "a"


def test_the_reference_is_kept_where_it_alone_meets_every_must():
    found = decide(a_case([reference(), candidate("a", 120)]))
    assert (found.outcome, found.keep_reference) == ("none_qualifies", True)


def test_an_undecided_candidate_leaves_the_case_undecided():
    found = decide(a_case([reference(), candidate("a", 165), candidate("b", 120)]))
    assert (found.outcome, found.recommended) == ("undecided", None)
    assert standings(found) == {"a": "undecided", "b": "rejected", "big": "qualifies"}


def test_cheaper_candidates_that_stay_undecided_are_named():
    evidence = [
        reference(),
        candidate("open", 168, costs=dollars(10)),
        candidate("dear", 168, costs=dollars(90)),
        candidate("unpriced", 168),
        candidate("sure", 186, costs=dollars(40)),
    ]
    assert decide(a_case(evidence)).cheaper_undecided == ("open",)
    unpriced = [*evidence[:4], candidate("sure", 186)]
    assert decide(a_case(unpriced)).cheaper_undecided == ("open", "dear")


def test_what_was_not_run_is_no_rejection():
    skipped = Evidence(id="skipped", not_run=True, position=2)
    barred = Evidence(id="barred", not_run=True, licence="gemma", position=3)
    sure = candidate("sure", 186, licence="mit", costs=dollars(4))
    limits = {"licences": ["mit"]}
    found = decide(a_case([reference(), skipped, barred, sure], limits))
    assert standings(found)["skipped"] == "not_run"
    assert found.findings[2].quality.difference is None
    assert standings(found)["barred"] == "rejected"
    alone = decide(a_case([reference(), skipped], limits))
    assert (alone.outcome, alone.recommended) == ("undecided", None)


def test_what_cannot_run_is_rejected_and_measures_nothing():
    broken = Evidence(id="broken", unfit="needs 9 GB.")
    found = decide(a_case([reference(), broken, candidate("works", 186)]))
    assert standings(found)["broken"] == "rejected"
    told = next(one for one in found.findings if one.id == "broken")
    assert told.quality.figure is None
    assert told.reason == "Does not run: needs 9 GB."


def test_without_a_reference_the_minimum_decides():
    found = decide(
        a_case([candidate("a", 185), candidate("b", 120)], {"min_quality": 0.8})
    )
    assert (found.recommended, found.keep_reference) == ("a", False)
    assert [one.quality.difference for one in found.findings] == [None, None]


def test_a_margin_that_nobody_can_be_held_against_is_not_measured():
    case = a_case([candidate("a", 185)], {"min_quality": 0.8})
    found = decide(replace(case, constraints=parse({})))
    assert found.findings[0].reason == "Not measured: quality against the reference."


@pytest.mark.parametrize(("look", "left"), [(1, 0.95), (2, 0.9), (20, None)])
def test_every_look_costs_its_share_of_the_confidence(look, left):
    case = a_case([reference(), candidate("a", 185)], look=look)
    assert stated_confidence(case) == left
    assert decide(case).findings == decide(replace(case, look=1)).findings


# --- a thousand random projects -------------------------------------------------------


def a_random_case(rng: random.Random) -> Case:
    """Return a small project with anything in it, sound or not."""
    n = rng.choice((8, 12, 20))
    graded = rng.random() < 0.3

    def answers(share: float) -> tuple[float | None, ...]:
        drawn = [float(rng.random() < share) for _ in range(n)]
        if graded:
            drawn = [
                round(rng.betavariate(4 * share + 0.1, 4.1 - 4 * share), 3)
                for _ in drawn
            ]
        return tuple(None if rng.random() < 0.02 else score for score in drawn)

    def evidence(name: str, position: int) -> Evidence:
        amount = rng.uniform(1, 100)
        times = [rng.lognormvariate(5, 0.5) for _ in range(rng.choice((20, 80)))]
        times = [inf if rng.random() < 0.01 else time for time in times]
        return Evidence(
            id=name,
            role="reference" if name == "big" else "candidate",
            position=position,
            scores=answers(rng.choice((0.5, 0.8, 0.95, 1.0))),
            latency_ms=tuple(times) if rng.random() < 0.8 else None,
            memory_gb=Figure(
                rng.uniform(1, 12), origin=rng.choice(("measured", "estimated"))
            ),
            costs=rng.choice((Costs(), dollars(amount))),
            parameters=rng.choice((None, 100, 200)),
            licence=rng.choice((None, "mit", "gemma")),
            leaves_network=rng.random() < 0.3,
        )

    has_reference = rng.random() < 0.8
    names = [*(["big"] if has_reference else []), *"abc"[: rng.randint(1, 3)]]
    limits: dict[str, object] = {
        "p95_latency_ms": rng.choice((300, 600)),
        "max_memory_gb": 8,
        "monthly_budget_usd": 60,
        "licences": ["mit"],
        "local_only": True,
        "slices": {"vip": 0.6},
    }
    limits = {name: limit for name, limit in limits.items() if rng.random() < 0.3}
    if has_reference:
        limits["quality_margin"] = rng.choice((0.05, 0.2, 0.4))
    if not has_reference or rng.random() < 0.3:
        limits["min_quality"] = 0.6
    for name, limit in limits.items():
        if name not in ("quality_margin", "min_quality") and rng.random() < 0.2:
            limits[name] = {"limit": limit, "level": "prefer"}
    return Case(
        evidence=tuple(evidence(name, at) for at, name in enumerate(names)),
        constraints=parse(limits, has_reference=has_reference),
        samples=n,
        promise=rng.choice(("traffic", "samples")),
        stop="decided" if rng.random() < 0.15 else "exhausted",
        objective=rng.choice(("cost", "size", "latency")),
        tags=tuple(frozenset({"vip"} if i % 3 == 0 else ()) for i in range(n)),
        groups=tuple(f"g{i // 2}" for i in range(n)) if rng.random() < 0.2 else None,
    )


def breaks(case: Case, one: Evidence) -> list[str]:
    """Return the musts that the raw measurements of a candidate break."""
    ref = case.reference

    def filled(scores: tuple[float | None, ...], gap: float) -> list[float]:
        return [gap if score is None else score for score in scores]

    def loss() -> float:
        if ref is None:
            return 1.0
        pairs = zip(filled(ref.scores, 1.0), filled(one.scores, 0.0), strict=True)
        return sum(theirs - ours for theirs, ours in pairs) / case.samples

    def mean(kept: list[bool]) -> float:
        scores = zip(filled(one.scores, 0.0), kept, strict=True)
        return sum(score for score, keep in scores if keep) / sum(kept)

    everything = [True] * case.samples
    vip = ["vip" in tags for tags in case.tags or ()]
    times = sorted(one.latency_ms or ())
    facts = {
        "quality_margin": lambda limit: loss() > limit + 1e-9,
        "min_quality": lambda limit: mean(everything) < limit - 1e-9,
        "slices": lambda limit: mean(vip) < limit - 1e-9,
        "p95_latency_ms": lambda limit: (
            not times or times[int(0.95 * len(times)) - 1] > limit
        ),
        "max_memory_gb": lambda limit: (
            one.memory_gb is None or one.memory_gb.value > limit
        ),
        "monthly_budget_usd": lambda limit: (
            one.costs.per_month is None or one.costs.per_month.value > limit
        ),
        "licences": lambda limit: one.licence not in limit,
        "local_only": lambda _: one.leaves_network is not False,
    }
    return [
        must.name
        for must in case.constraints
        if must.level == "must" and facts[must.name](must.limit)
    ]


def test_no_candidate_that_breaks_a_must_is_ever_recommended():
    rng = random.Random(20)
    outcomes: dict[str, int] = {}
    for _ in range(1000):
        case = a_random_case(rng)
        found = decide(case)
        outcomes[found.outcome] = outcomes.get(found.outcome, 0) + 1
        by_id = {one.id: one for one in case.evidence}
        for finding in found.candidates:
            if finding.standing in ("recommended", "qualifies"):
                assert breaks(case, by_id[finding.id]) == []
                assert all(row.status == "met" for row in finding.rows if row.must)
            assert finding.reason
        assert (found.outcome == "recommended") == (found.recommended is not None)
        if found.chosen is not None:
            assert found.chosen is found.findings[0]
        if found.outcome == "undecided":
            assert "undecided" in standings(found).values()
    assert min(outcomes[name] for name in outcomes) > 50
    assert set(outcomes) == {"recommended", "none_qualifies", "undecided"}


def test_the_same_case_gives_the_same_bytes():
    rng = random.Random(3)
    for _ in range(20):
        case = a_random_case(rng)
        documents = [
            formats.to_bytes(formats.document(decide(case), {}, {}, None))
            for _ in range(2)
        ]
        assert documents[0] == documents[1]
