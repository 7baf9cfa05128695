from dataclasses import replace

import pytest

from advisor.sizing import phrases
from advisor.sizing.comparison import Pairs, mcnemar, tango_certifies, tango_interval
from advisor.sizing.conclusions import Quality, Row
from advisor.sizing.errors import InvalidCase
from advisor.sizing.exams import QUALITY, certifier, describer, exams, frames, levels
from advisor.sizing.measurement import Case
from advisor.sizing.qualification import qualify
from advisor.sizing.units import losses
from tests.sizing.cases import a_case, candidate, losing, reference, scores

TAGS = tuple(frozenset({"vip"} if index % 2 else ()) for index in range(200))


def quality(case: Case, name: str = "a") -> Quality:
    return qualify(case)[name]


def row(case: Case, key: str = "quality_margin", name: str = "a") -> Row:
    return next(r for r in quality(case, name).rows if r.constraint.key == key)


def test_alpha_and_beta_are_split_over_candidates_and_musts():
    limits = {"min_quality": 0.5, "slices": {"vip": {"limit": 0.5, "level": "prefer"}}}
    split = levels(a_case([reference(), candidate("a"), candidate("b")], limits))
    assert split.certify == pytest.approx(0.025)
    assert split.discard == pytest.approx(0.05)
    assert split.reject == pytest.approx(0.025)


def test_paired_yes_or_no_answers_are_judged_by_tango_at_the_end():
    case = a_case([reference(170), candidate("a", scores=losing(2))])
    found = quality(case)
    assert found.difference is not None
    pairs = Pairs(2, 0, 200)
    low, high = tango_interval(pairs, 0.05, 0.1)
    assert found.difference.low == pytest.approx(-high)
    assert found.difference.high == pytest.approx(-low)
    assert found.any_difference == mcnemar(pairs) == 0.5
    assert tango_certifies(pairs, 0.05) <= 0.05
    assert found.difference.verdict == "non_inferior"


@pytest.mark.parametrize(
    ("lost", "verdict", "status"),
    [
        (2, "non_inferior", "met"),
        (8, "undecided", "undecided"),
        (50, "inferior", "failed"),
    ],
)
def test_the_verdict_is_that_of_the_margin(lost, verdict, status):
    case = a_case([reference(170), candidate("a", scores=losing(lost))])
    found = quality(case)
    assert found.difference is not None
    assert (found.difference.verdict, row(case).status) == (verdict, status)


def test_with_holm_the_better_one_helps_the_next():
    # alone among two, p = 0.034 would miss alpha / 2; after the first it meets alpha
    assert 0.025 < tango_certifies(Pairs(4, 0, 200), 0.05) <= 0.05
    close = candidate("a", scores=losing(4))
    case = a_case([reference(170), close, candidate("b", scores=losing(0))])
    assert row(case).status == "met"
    worse = a_case([reference(170), close, candidate("b", scores=losing(60))])
    assert row(worse).status == "undecided"


def test_a_candidate_is_certified_only_where_all_its_musts_are():
    limits = {"min_quality": 0.8, "slices": {"vip": 0.8}}
    case = a_case([reference(170), candidate("a", 184)], limits, tags=TAGS)
    statuses = [one.status for one in quality(case).rows]
    assert statuses == ["met", "met", "met"]
    harder = a_case([reference(170), candidate("a", 166)], limits, tags=TAGS)
    assert row(harder).status == "undecided"


def test_graded_scores_are_judged_by_the_largest_wealth():
    graded = tuple(0.9 * s for s in scores(180))
    case = a_case([reference(170), candidate("a", scores=graded)])
    found = quality(case)
    assert found.difference is not None
    cut = frames(case)
    (exam,) = exams(case, case.candidates[0], cut)
    assert exam.certifier is not None
    assert exam.p == exam.certifier.p_values()
    assert -found.difference.low == exam.certifier.upper_bound(0.05)
    assert found.any_difference is None


def test_over_these_samples_the_plain_comparison_decides():
    for lost, status in ((10, "met"), (11, "failed")):
        case = a_case(
            [reference(170), candidate("a", scores=losing(lost))], promise="samples"
        )
        found = quality(case)
        assert row(case).status == status
        assert found.difference is not None
        assert found.difference.low == found.difference.high == found.difference.value


def test_a_gap_that_could_tip_the_balance_leaves_it_open():
    gaps = tuple(None if i == 150 else s for i, s in enumerate(losing(10)))
    case = a_case([reference(170), candidate("a", scores=gaps)], promise="samples")
    found = quality(case)
    assert row(case).status == "undecided"
    assert found.difference is not None
    assert found.difference.low < -0.05 <= found.difference.high
    assert found.any_difference is None
    assert found.figure is not None
    assert found.figure.n == 199


def test_a_run_of_all_samples_that_is_not_complete_decides_nothing():
    case = a_case([reference(170), candidate("a", scores=scores(186)[:150])])
    assert row(case).status == "undecided"
    found = quality(case)
    assert found.difference is not None
    assert found.difference.n == 150
    # However clear it looks by now: the rest is what is missing.
    assert row(case).more == case.samples - 150


@pytest.mark.parametrize("promise", ["traffic", "samples"])
def test_a_run_that_may_stop_shows_the_bounds_that_decided(promise):
    case = a_case(
        [reference(170), candidate("a", scores=scores(186)[:150])],
        stop="decided",
        promise=promise,
    )
    found = quality(case)
    assert found.difference is not None
    assert (found.difference.verdict == "non_inferior") == (
        found.difference.low >= -0.05
    )
    assert found.figure is not None
    assert 0 <= found.figure.low < found.figure.value < found.figure.high <= 1
    assert found.any_difference is None


def test_groups_are_judged_as_groups_and_scored_by_betting():
    groups = tuple(f"g{index // 4}" for index in range(200))
    case = a_case([reference(170), candidate("a", 186)], groups=groups)
    plain = a_case([reference(170), candidate("a", 186)])
    wide, narrow = quality(case).figure, quality(plain).figure
    assert wide is not None
    assert narrow is not None
    assert wide.value == narrow.value
    assert wide.high - wide.low > narrow.high - narrow.low


def test_the_reference_is_held_against_minima_but_not_against_itself():
    case = a_case([reference(186), candidate("a", 186)], {"min_quality": 0.8})
    assert [one.constraint.name for one in quality(case, "big").rows] == ["min_quality"]
    assert quality(case, "big").difference is None
    assert row(case, "min_quality", "big").status == "met"


def test_what_was_never_scored_is_unknown():
    case = a_case([reference(), candidate("a", scores=())])
    assert quality(case).figure is None
    assert quality(case).difference is None
    assert row(case).status == "unknown"


def test_nothing_but_gaps_has_no_value():
    case = a_case([reference(), candidate("a", scores=(None,) * 200)])
    found = quality(case)
    assert found.figure is None
    assert found.difference is not None
    assert found.difference.value is None
    assert row(case).slack is None
    assert row(case).more is None


def test_ties_alone_say_how_many_more_are_needed():
    same = scores(170)[:30]
    case = a_case(
        [reference(170), candidate("a", scores=same)], stop="decided", samples=200
    )
    # 62 ties certify at a margin of 0.05 (ln 20 / ln 1.05)
    assert row(case).more == 32


@pytest.mark.parametrize("promise", ["samples", "traffic"])
@pytest.mark.parametrize("limits", [{"min_quality": 0.0}, {"min_quality": 0.91}])
@pytest.mark.parametrize("right", [(1.0, 0.0), (0.0, 1.0)])
@pytest.mark.parametrize("count", [1, 3])
def test_a_few_answers_that_are_all_alike_name_no_number_that_nobody_knows(
    promise, limits, right, count
):
    wanted, got = right
    case = a_case(
        [
            reference(scores=(wanted,) * count),
            candidate("a", scores=(got,) * count),
        ],
        {"quality_margin": 0.05, **limits},
        stop="decided",
        promise=promise,
    )
    found = row(case)
    assert (found.status, found.more) == ("undecided", None)
    for one in quality(case).rows:
        assert one.more != 1
    assert phrases.NO_ESTIMATE in phrases.open_(found)


def test_the_estimate_counts_samples_where_groups_are_the_unit():
    groups = tuple(f"g{index // 4}" for index in range(200))
    given = {"stop": "decided", "groups": groups}
    mixed = tuple(1 - s if i % 7 == 0 else s for i, s in enumerate(scores(170)))
    case = a_case([reference(170), candidate("a", scores=mixed)], **given)
    found = row(case)
    assert found.status == "undecided"
    assert found.more is None or found.more % 4 == 0


def test_stored_states_spare_the_replay_and_must_fit():
    case = a_case(
        [reference(170), candidate("a", 168)], {"min_quality": 0.7}, stop="decided"
    )
    cut = frames(case)
    one = case.candidates[0]
    states = {
        exam.constraint.key: exam.certifier.state()
        for exam in exams(case, one, cut)
        if exam.certifier is not None
    }
    states[QUALITY] = describer(case, one, cut).state()
    stored = replace(one, states=states)
    again = replace(case, evidence=(case.evidence[0], stored))
    assert qualify(again)["a"] == qualify(case)["a"]
    units = losses(cut[None], scores(170), scores(168))
    with pytest.raises(InvalidCase, match="quality_margin belongs to another setup"):
        certifier(
            replace(case, promise="samples"),
            case.constraints[0],
            units,
            states["quality_margin"],
        )


def test_everyone_losing_the_margin_but_for_rounding_is_decided_about():
    # 1 - 0.9 is a hair below 0.1, which is room that no number of ties fills.
    case = a_case(
        [reference(scores=(1.0,) * 3), candidate("a", scores=(0.9,) * 3)],
        {"quality_margin": 0.1},
        stop="decided",
    )
    found = row(case)
    assert (found.status, found.more) == ("undecided", None)


def test_a_low_confidence_bounds_a_loss_of_everything():
    low, high = tango_interval(Pairs(0, 2, 2), 0.4, 0.8)
    assert -1 <= low <= high <= 1
    low, high = tango_interval(Pairs(2, 0, 2), 0.4, 0.8)
    assert -1 <= low <= high <= 1
