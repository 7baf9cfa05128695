from math import inf

import pytest

from advisor.sizing.conclusions import Recommendation
from advisor.sizing.explanation import promise
from advisor.sizing.measurement import Case, Evidence, Figure
from advisor.sizing.recommendation import decide
from tests.sizing.cases import a_case, candidate, dollars, reference

MONTH = {"monthly_requests": 300000}


def told(found: Recommendation) -> str:
    """Return the whole explanation as one paragraph."""
    lines = [found.sentence, *(f"{one.id}: {one.reason}" for one in found.findings)]
    return "\n".join(lines)


def test_recommended_among_several_that_qualify():
    found = decide(
        a_case(
            [
                reference(costs=dollars(900), leaves_network=True),
                candidate("tiny", 120, costs=dollars(10), leaves_network=False),
                candidate("small", 178, costs=dollars(40), leaves_network=False),
                candidate("mid", 180, costs=dollars(200), leaves_network=False),
            ],
            {**MONTH, "local_only": True, "monthly_budget_usd": 400},
        )
    )
    assert told(found) == (
        "Use small: it scores 89.0% ± 5.1, 104.7% of the reference's quality, at 4.4% "
        "of its cost. It is the cheapest of 3 candidates that could be certified: it "
        "loses at most 3.5 points on requests like your samples, within your 5.0 "
        "points.\n"
        "small: Meets every constraint: 4.0 points better than the reference (a loss "
        "of 5.0 points allowed), cost a month $40.00 (limit $400), nothing leaves your "
        "network.\n"
        "mid: Meets every constraint: 5.0 points better than the reference (a loss of "
        "5.0 points allowed), cost a month $200 (limit $400), nothing leaves your "
        "network; $200 a month against $40.00 a month for small.\n"
        "tiny: 20.0 points short on quality: loses 25.0 points, 5.0 points allowed.\n"
        "big: Sets the bar: it scores 85.0% ± 5.6. Against your limits: $500 over "
        "budget: up to $900 a month, limit $400; sends samples out of your network."
    )


def test_recommended_as_the_only_one_and_dearer_than_the_excluded_reference():
    found = decide(
        a_case(
            [
                reference(costs=dollars(30), hosting="public_api"),
                candidate("small", 182, costs=dollars(40), hosting="device"),
                candidate("tiny", 120, costs=dollars(10), hosting="device"),
            ],
            {**MONTH, "hosting": ["device"], "max_memory_gb": None},
        )
    )
    assert told(found) == (
        "Use small: it scores 91.0% ± 4.8, 107.1% of the reference's quality, at "
        "133.3% of its cost. It is the only one of 2 candidates that meets every "
        "constraint: it is at least 0.1 points better than the reference on requests "
        "like your samples, where you allow a loss of 5.0 points. It costs $10.00 a "
        "month more than the reference, which your limits exclude.\n"
        "small: Meets every constraint: 6.0 points better than the reference (a loss "
        "of 5.0 points allowed), runs on the device (allowed: on the device).\n"
        "tiny: 20.0 points short on quality: loses 25.0 points, 5.0 points allowed.\n"
        "big: Sets the bar: it scores 85.0% ± 5.6. Against your limits: runs "
        "through a vendor API, allowed: on the device."
    )


def test_recommended_with_a_cheaper_one_undecided_on_a_second_look():
    found = decide(
        a_case(
            [
                reference(costs=dollars(900)),
                candidate("tiny", 168, costs=dollars(10)),
                candidate("blur", 160, costs=dollars(11)),
                candidate(
                    "small", 186, costs=dollars(40), memory_gb=Figure(9, 9, 9, 3)
                ),
            ],
            {"max_memory_gb": {"limit": 8, "level": "prefer"}},
            look=2,
        )
    )
    assert told(found) == (
        "Use small: it scores 93.0% ± 4.4, 109.4% of the reference's quality, at 4.4% "
        "of its cost. It is the cheapest of 3 candidates that could be certified: it "
        "is at least 1.3 points better than the reference on requests like your "
        "samples, where you allow a loss of 5.0 points. Cheaper but undecided: tiny "
        "(about 1,400 more samples), blur (the number of further samples needed cannot "
        "be estimated). This is look 2 at the same samples: it states 90% "
        "confidence.\n"
        "small: Meets every constraint: 8.0 points better than the reference (a loss "
        "of 5.0 points allowed). Preferred but not met: needs 9.0 GB of memory, 8.0 GB "
        "available.\n"
        "tiny: Undecided: loses 1.0 point so far, 5.0 points allowed; about 1,400 more "
        "samples would settle it.\n"
        "blur: Undecided: loses 5.0 points so far, 5.0 points allowed; the number of "
        "further samples needed cannot be estimated from these answers.\n"
        "big: Sets the bar: it scores 85.0% ± 5.6."
    )


def test_recommended_without_a_reference():
    found = decide(
        a_case(
            [candidate("tiny", 186, costs=dollars(10)), candidate("small", 190)],
            {"min_quality": 0.8},
        )
    )
    assert told(found) == (
        "Use tiny: it scores 93.0% ± 4.4 on your expected answers for $10.00 per 1,000 "
        "requests. It is the cheapest of 2 candidates that could be certified.\n"
        "tiny: Meets every constraint: quality 93.0% (at least 80.0%).\n"
        "small: Meets every constraint: quality 95.0% (at least 80.0%); an unknown "
        "cost against $10.00 per 1,000 requests for tiny."
    )


def test_recommended_alone_over_all_samples():
    case = a_case(
        [reference(), candidate("small", 168)], {}, promise="samples", stop="decided"
    )
    found = decide(case)
    assert found.sentence == (
        "Use small: it scores 84.0% ± 8.0, 98.8% of the reference's quality. It meets "
        "every constraint: it loses 1.0 point over all your samples, within your 5.0 "
        "points."
    )


def test_the_smallest_and_the_fastest_are_compared_in_their_own_unit():
    evidence = [
        reference(parameters=175_000),
        candidate("small", 186, parameters=300, latency_ms=(40.0,) * 80),
        candidate("mid", 186, parameters=600, latency_ms=(20.0,) * 80),
        candidate("odd", 186),
    ]
    by_size = decide(a_case(evidence, objective="size"))
    assert by_size.findings[1].reason.endswith(
        "; 600 parameters against 300 parameters for small."
    )
    assert by_size.findings[2].reason.endswith(
        "; an unknown size against 300 parameters for small."
    )
    by_time = decide(a_case(evidence, objective="latency"))
    assert by_time.findings[1].reason.endswith(
        "; a p95 latency of 40 ms against a p95 latency of 20 ms for mid."
    )


def test_none_qualifies_and_the_closest_is_named():
    found = decide(
        a_case(
            [
                reference(),
                candidate(
                    "tiny",
                    120,
                    costs=dollars(10),
                    latency_ms=(2900.0,) * 100,
                    memory_gb=Figure(9.1, origin="measured"),
                    capacity_rps=Figure(2.1),
                    languages=frozenset({"en"}),
                    context_tokens=4096,
                    leaves_network=True,
                    licence="gemma",
                    unverified=frozenset({"licence", "hardware"}),
                ),
            ],
            {
                "min_quality": 0.8,
                "slices": {"vip": 0.9},
                "p95_latency_ms": 800,
                "ttft_ms": 100,
                "peak_requests_per_second": 3,
                "monthly_budget_usd": 5,
                "local_only": True,
                "max_memory_gb": 8,
                "licences": ["mit"],
                "languages": ["en", "de"],
                "context_tokens": 8192,
            },
            tags=(frozenset({"vip"}),) * 200,
        )
    )
    assert found.sentence == (
        "No candidate meets every constraint. tiny comes closest: 20.0 points short on "
        "quality: loses 25.0 points, 5.0 points allowed; 20.0 points short of the "
        "minimum quality: 60.0%, at least 80.0% needed; 30.0 points short of the floor "
        "on vip: 60.0%, at least 90.0% needed; 2.10 s too slow: p95 latency 2.90 s, "
        "limit 800 ms; carries 2.1 requests/s of 3.0 requests/s at the peak; $5.00 "
        "over budget: up to $10.00 a month, limit $5.00; sends samples out of your "
        "network; needs 9.1 GB of memory, 8.0 GB available; licence Gemma terms, "
        "allowed: MIT; languages English, needed: English, German; context length "
        "4,096 tokens, at least 8,192 tokens; not measured: time to first token."
    )
    assert found.findings[0].reason.endswith(" Unverified: licence.")


def test_the_reference_is_kept_when_it_alone_meets_everything():
    found = decide(a_case([reference(), candidate("tiny", 120)]))
    assert told(found) == (
        "Keep the reference. It meets every constraint and no candidate does. tiny "
        "comes closest: 20.0 points short on quality: loses 25.0 points, 5.0 points "
        "allowed.\n"
        "tiny: 20.0 points short on quality: loses 25.0 points, 5.0 points allowed.\n"
        "big: Sets the bar: it scores 85.0% ± 5.6."
    )


def test_the_reference_is_kept_when_it_costs_no_more():
    found = decide(
        a_case(
            [reference(costs=dollars(30)), candidate("small", 182, costs=dollars(40))],
            MONTH,
        )
    )
    assert told(found) == (
        "Keep the reference. It meets every constraint at $30.00 a month; small, the "
        "cheapest candidate that could be certified, comes to $40.00 a month.\n"
        "small: Meets every constraint: 6.0 points better than the reference (a loss "
        "of 5.0 points allowed).\n"
        "big: Sets the bar: it scores 85.0% ± 5.6."
    )


def test_undecided_names_what_would_settle_it():
    evidence = [
        reference(),
        candidate("tiny", 169, parameters=1),
        candidate("other", 160),
    ]
    assert told(decide(a_case(evidence))) == (
        "Undecided. tiny meets every other constraint: loses 0.5 points so far, 5.0 "
        "points allowed; about 990 more samples would settle it. So is 1 other.\n"
        "tiny: Undecided: loses 0.5 points so far, 5.0 points allowed; about 990 more "
        "samples would settle it.\n"
        "other: Undecided: loses 5.0 points so far, 5.0 points allowed; the number of "
        "further samples needed cannot be estimated from these answers.\n"
        "big: Sets the bar: it scores 85.0% ± 5.6."
    )
    third = decide(a_case([*evidence, candidate("third", 161)])).sentence
    assert third.endswith(" So are 2 others.")


def test_undecided_for_want_of_requests_or_of_a_bound():
    few = candidate("small", 186, latency_ms=(5.0,) * 40)
    found = decide(a_case([reference(), few], {"p95_latency_ms": 300}))
    assert found.findings[0].reason == (
        "Undecided: p95 latency 5.0 ms, with no upper bound at 95%, limit 300 ms; "
        "needs 19 more requests."
    )
    mixed = candidate("small", 186, latency_ms=(5.0,) * 95 + (310.0,) * 5)
    found = decide(a_case([reference(), mixed], {"p95_latency_ms": 300}))
    assert found.findings[0].reason == (
        "Undecided: p95 latency 5.0 ms, at most 310 ms at 95%, limit 300 ms."
    )
    failing = candidate("small", 186, latency_ms=(5.0,) * 95 + (inf,) * 5)
    found = decide(a_case([reference(), failing], {"p95_latency_ms": 300}))
    assert "with no upper bound at 95%, limit 300 ms." in found.findings[0].reason


def test_undecided_on_a_minimum():
    found = decide(a_case([candidate("tiny", 168)], {"min_quality": 0.8}))
    assert found.findings[0].reason == (
        "Undecided: quality 84.0% so far, at least 80.0% needed; about 400 more "
        "samples would settle it."
    )


def test_nothing_but_gaps_has_its_own_words():
    found = decide(a_case([reference(), candidate("a", scores=(None,) * 200)]))
    assert found.findings[0].reason == (
        "Undecided: quality against the reference: nothing but gaps so far; the "
        "number of further samples needed cannot be estimated from these answers."
    )


def test_not_run_says_why():
    evidence = [
        reference(),
        candidate("small", 186, licence="mit"),
        Evidence(id="mid", not_run=True, position=2),
        Evidence(id="odd", not_run=True, position=3, licence="gemma"),
    ]
    found = decide(a_case(evidence, {"licences": ["mit"]}))
    reasons = {one.id: one.reason for one in found.findings}
    assert reasons["mid"] == "Not run: small was certified first."
    assert reasons["odd"] == "Not run: licence Gemma terms, allowed: MIT."
    alone = decide(a_case([reference(), evidence[2]], {"licences": ["mit"]}))
    assert told(alone) == (
        "Undecided. The candidates that could qualify were not run.\n"
        "mid: Not run.\n"
        "big: Sets the bar: it scores 85.0% ± 5.6. Against your limits: not measured: "
        "licence."
    )


def test_a_reference_that_was_not_measured_sets_no_number():
    found = decide(a_case([reference(scores=()), candidate("a", 186)]))
    assert found.reference is not None
    assert found.reference.reason == "Sets the bar; it was not measured."


def test_without_any_must_there_was_nothing_to_meet():
    found = decide(
        a_case(
            [reference(scores=()), candidate("a", scores=())],
            {"quality_margin": {"limit": 0.05, "level": "prefer"}},
        )
    )
    assert found.sentence == "Use a. It meets every constraint."
    assert found.findings[0].reason == "There was no limit to meet."


def test_a_reference_that_is_always_wrong_has_no_share():
    found = decide(a_case([reference(0), candidate("a", 20)]))
    assert found.sentence.startswith("Use a: it scores 10.0% ± 4.9. It meets every")


def promised(**given: object) -> str:
    case: Case = a_case([reference(), candidate("a", 186)], **given)  # type: ignore[arg-type]
    return promise(decide(case))


def test_the_promise_in_words():
    assert promised() == (
        "The cheapest candidate we could certify; with 95% confidence its loss on "
        "requests drawn like your samples is within the margin; with 90% no cheaper "
        "qualifying candidate was rejected on quality."
    )
    assert promised(promise="samples") == (
        "The verdict of all your samples, which were all run."
    )
    assert promised(promise="samples", stop="decided") == (
        "The same verdict as all your samples, with probability at least 85% (above "
        "99% in simulation)."
    )
    assert promised(look=3, objective="size") == (
        "The smallest candidate we could certify; with 85% confidence its loss on "
        "requests drawn like your samples is within the margin; with 70% no smaller "
        "qualifying candidate was rejected on quality."
    )
    assert promised(look=20) == (
        "After 20 looks at the same samples no confidence is left to state. Bring new "
        "samples."
    )


def test_no_confidence_is_told_as_more_than_it_is():
    told = promised(confidence=0.999)
    assert "with 99.9% confidence its loss" in told
    assert "with 99.8% no cheaper" in told
    assert "with 97.5% confidence its loss" in promised(confidence=0.975)


def test_a_promise_never_falls_below_nothing():
    assert "with 0% no cheaper qualifying candidate" in promised(look=15)


def test_the_promise_without_a_reference_is_about_the_minimum():
    found = decide(a_case([candidate("a", 186)], {"min_quality": 0.8}))
    assert (
        "its quality on requests drawn like your samples is at least your minimum"
        in (promise(found))
    )


def test_used_up_confidence_is_said_in_the_sentence():
    found = decide(a_case([reference(), candidate("a", 186)], look=20))
    assert found.sentence.endswith(
        "This is look 20 at the same samples: no confidence is left."
    )


@pytest.mark.parametrize(
    ("right", "words"), [(170, "as good as the reference"), (160, "")]
)
def test_no_loss_at_all_has_its_own_words(right, words):
    found = decide(
        a_case([reference(), candidate("a", right)], {"quality_margin": 0.3})
    )
    assert words in found.findings[0].reason


@pytest.mark.parametrize("promise", ["samples", "traffic"])
def test_limits_that_nothing_but_gaps_meet_are_told(promise):
    found = decide(
        a_case(
            [reference(scores=(None,) * 200), candidate("a", scores=(None,) * 200)],
            {"quality_margin": 1.0},
            promise=promise,
        )
    )
    assert "quality against the reference: nothing but gaps" in told(found)
    assert "None" not in told(found)


def test_a_limit_on_quality_refuted_by_nothing_but_gaps_is_told():
    found = decide(
        a_case(
            [reference(scores=(1.0,)), candidate("a", scores=(None,))],
            {"quality_margin": 0.0},
            samples=1,
            confidence=0.6,
        )
    )
    assert "a: Quality against the reference: nothing but gaps." in told(found)


def test_failures_make_an_answer_too_slow_and_not_by_an_unbounded_time():
    found = decide(
        a_case(
            [candidate("a", 182, latency_ms=(inf,) * 80)],
            {"min_quality": 0.5, "p95_latency_ms": 500},
        )
    )
    assert found.findings[0].reason == (
        "Too slow: p95 latency unbounded, limit 500 ms."
    )


@pytest.mark.parametrize("objective", ["size", "latency"])
def test_a_dearer_one_by_another_objective_excludes_no_reference(objective):
    fast, slow = (10.0,) * 80, (90.0,) * 80
    found = decide(
        a_case(
            [
                reference(costs=dollars(30), parameters=900, latency_ms=slow),
                candidate("a", 182, costs=dollars(40), parameters=100, latency_ms=fast),
            ],
            MONTH,
            objective=objective,
        )
    )
    assert found.recommended == "a"
    assert found.sentence.endswith("It costs $10.00 a month more than the reference.")


def test_nobody_of_unknown_cost_is_called_the_cheapest():
    found = decide(a_case([reference(), candidate("a", 182), candidate("b", 182)]))
    assert "no candidate of known cost does" in found.sentence
    assert "cheapest" not in found.sentence


def test_what_would_settle_a_cheaper_one_is_told_in_its_own_unit():
    def case(**known):
        cheap = candidate("cheap", 182, costs=dollars(10), **known)
        dear = candidate("dear", 182, costs=dollars(20), latency_ms=(10.0,) * 80)
        return a_case(
            [reference(costs=dollars(900)), cheap, dear], {"p95_latency_ms": 100}
        )

    few = decide(case(latency_ms=(10.0,) * 20)).sentence
    assert few.endswith("Cheaper but undecided: cheap (39 more requests).")
    noisy = decide(case(latency_ms=(900.0,) * 80, disturbed=True)).sentence
    assert "repeat it on a quiet machine" in noisy
    assert "samples needed" not in noisy
