import numpy as np
import pytest

from advisor.sizing.errors import InvalidCase
from advisor.sizing.measurement import Case, Evidence
from advisor.sizing.units import Units, frame, losses, shortfalls


def cut(samples: int, tag: str | None = None, **given: object) -> Case:
    return Case(evidence=(Evidence(id="a"),), samples=samples, **given)  # type: ignore[arg-type]


def test_without_groups_every_sample_is_a_unit_of_full_weight():
    found = losses(frame(cut(4)), (1.0, 0.0, 1.0, 1.0), (1.0, 1.0, 0.0))
    assert found.worst.tolist() == found.best.tolist() == [0.0, -1.0, 1.0]
    assert found.weight.tolist() == [1.0, 1.0, 1.0]
    assert (found.horizon, found.samples, found.gaps) == (4, 3, 0)
    assert found.binary
    assert not found.complete
    assert found.value == 0.0
    assert found.variance == pytest.approx(2 / 3)


def test_a_gap_stands_for_its_worst_and_for_its_best():
    found = losses(frame(cut(3)), (1.0, None, None), (None, 0.25, None))
    assert found.worst.tolist() == [1.0, 0.75, 1.0]
    assert found.best.tolist() == [0.0, -0.25, -1.0]
    assert found.gaps == 3
    assert found.value is None
    assert (found.worst_mean, found.best_mean) == pytest.approx((2.75 / 3, -1.25 / 3))


def test_a_gap_below_a_floor_is_a_wrong_answer_or_a_right_one():
    found = shortfalls(frame(cut(2)), 0.8, (None, 1.0))
    assert found.worst.tolist() == pytest.approx([0.8, -0.2])
    assert found.best.tolist() == pytest.approx([-0.2, -0.2])
    assert found.value == pytest.approx(-0.2)


def test_a_group_is_one_unit_weighted_by_its_share_of_the_heaviest():
    case = cut(5, groups=("x", "y", "x", None, "x"))
    found = shortfalls(frame(case), 0.0, (1.0, 0.0, 0.0, 1.0, 0.5))
    # in the order in which units are complete: y, the one without a group, x
    assert found.worst.tolist() == pytest.approx([0.0, -1.0, -0.5])
    assert found.weight.tolist() == pytest.approx([1 / 3, 1 / 3, 1.0])
    assert found.horizon == 3
    assert not found.binary
    assert found.value == pytest.approx(-0.5)


def test_a_group_counts_once_all_its_samples_were_run():
    case = cut(5, groups=("x", "y", "x", None, "x"))
    found = shortfalls(frame(case), 0.0, (1.0, 0.0, 0.0))
    assert found.weight.tolist() == pytest.approx([1 / 3])
    assert found.samples == 1


def test_task_weights_enter_as_weights():
    found = shortfalls(frame(cut(3, weights=(2.0, 1.0, 0.0))), 0.0, (1.0, 0.0, 1.0))
    assert found.weight.tolist() == [1.0, 0.5]
    assert found.value == pytest.approx(-2 / 3)
    assert not found.binary
    assert frame(cut(2, weights=(3.0, 3.0))).plain


def test_a_slice_is_made_of_the_samples_with_its_tag():
    case = cut(3, tags=(frozenset({"vip"}), frozenset(), frozenset({"vip", "new"})))
    found = shortfalls(frame(case, "vip"), 0.5, (1.0, 0.0, 0.0))
    assert found.worst.tolist() == [-0.5, 0.5]
    assert found.horizon == 2


def test_a_slice_nobody_carries_and_weights_of_nothing_are_errors():
    with pytest.raises(InvalidCase, match="no sample carries the tag 'vip'"):
        frame(cut(2), "vip")
    with pytest.raises(InvalidCase, match="no sample carries a weight above 0"):
        frame(cut(2, weights=(0.0, 0.0)))


def test_before_the_first_unit_there_is_nothing_to_say():
    found = shortfalls(frame(cut(2, groups=("x", "x"))), 0.0, (1.0,))
    assert isinstance(found, Units)
    assert found.value is None
    assert (found.variance, found.samples) == (0.0, 0)


def test_rounding_never_leaves_the_range_of_a_loss():
    case = cut(3, groups=("x", "x", "x"), weights=(0.1, 0.2, 0.7))
    found = losses(frame(case), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    assert np.all(found.worst <= 1.0)


def test_what_differs_by_rounding_alone_has_no_variance():
    whole = frame(cut(7))
    found = shortfalls(whole, 0.91, (0.3,) * 7)
    assert found.variance == 0.0
    assert shortfalls(whole, 0.91, (0.3,) * 6 + (0.301,)).variance > 0
