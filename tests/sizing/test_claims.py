"""A sentence claims no more than what was tested, and a promise no more than a must."""

from advisor.reports.pages.flips import flip_texts
from advisor.sizing.explanation import promise
from advisor.sizing.measurement import Evidence
from advisor.sizing.planner import ties_needed
from advisor.sizing.recommendation import decide
from advisor.sizing.standings import flips
from tests.sizing.cases import a_case, candidate, dollars, reference

WISHED = {"limit": 0.05, "level": "prefer"}


def test_a_margin_that_is_wished_and_missed_is_not_told_as_kept():
    limits = {"quality_margin": WISHED, "min_quality": 0.3}
    found = decide(a_case([reference(), candidate("a", 100)], limits))
    assert found.recommended == "a"
    assert "within your 5.0 points" not in found.sentence
    assert "Preferred but not met" in found.findings[0].reason
    assert "with 95% confidence its quality on" in promise(found)
    assert "within the margin" not in promise(found)


def test_without_a_must_on_quality_nothing_is_promised_of_it():
    found = decide(
        a_case([reference(), candidate("a", 100)], {"quality_margin": WISHED})
    )
    assert found.recommended == "a"
    assert promise(found) == (
        "The cheapest candidate that meets every must. No limit on quality is one, so "
        "nothing is promised of its quality."
    )


def test_a_bound_beyond_the_margin_is_not_told_as_within_it():
    # The other is certified at alpha / 2, so that Holm leaves all of alpha for this.
    n, lost = 400, 29
    some = Evidence(
        id="a", scores=(0.0,) * lost + (1.0,) * (n - lost), costs=dollars(1)
    )
    every = Evidence(id="b", position=1, scores=(1.0,) * n, costs=dollars(2))
    bar = reference(scores=(1.0,) * n, costs=dollars(100))
    found = decide(a_case([bar, some, every], {"quality_margin": 0.1}, samples=n))
    chosen = found.chosen
    assert chosen is not None
    assert chosen.id == "a"
    assert chosen.quality.difference is not None
    assert chosen.quality.difference.low < -0.1
    assert found.sentence.endswith(
        "could be certified: its loss on requests like your samples is within your "
        "10.0 points."
    )


def test_who_was_certified_first_is_named_though_the_reference_is_kept():
    found = decide(
        a_case(
            [
                reference(costs=dollars(1)),
                candidate("a", 180, costs=dollars(5)),
                candidate("b", scores=(), not_run=True, position=1, costs=dollars(9)),
            ]
        )
    )
    assert found.keep_reference
    assert {one.id: one.reason for one in found.findings}["b"] == (
        "Not run: a was certified first."
    )


def test_few_units_are_not_told_to_be_settled_faster_than_by_ties():
    # Ten groups of eight that hardly differ; ties alone take 30 groups at this margin.
    groups = tuple(f"g{at // 8}" for at in range(80))
    lost = Evidence(id="a", scores=(0.0,) + (1.0,) * 79)
    bar = reference(scores=(1.0,) * 80)
    found = decide(
        a_case([bar, lost], {"quality_margin": 0.1}, samples=80, groups=groups)
    )
    row = found.findings[0].rows[0]
    assert found.outcome == "undecided"
    assert row.more is not None
    assert row.more >= 8 * (ties_needed(0.1) - 10)


def test_a_limit_from_which_the_reference_is_kept_says_so():
    limits = {"quality_margin": 0.0, "min_quality": 1.0}
    found = decide(a_case([reference(170), candidate("a", 100)], limits))
    assert (found.outcome, found.keep_reference) == ("none_qualifies", False)
    point = next(one for one in flips(found) if one.name == "min_quality")
    assert point.below is not None
    assert point.below.keep
    assert flip_texts(point)[0].endswith("keep the reference (estimated)")
