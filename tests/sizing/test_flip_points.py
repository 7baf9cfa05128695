from math import inf, nextafter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.errors import SizingError
from advisor.sizing.flip_points import (
    Change,
    Crossing,
    Standing,
    answer_at,
    flip_points,
)


def standing(name, rank, fixed="met", objective=None, reference=False, **crossings):
    return Standing(
        id=name,
        rank=rank,
        objective=float(rank) if objective is None else objective,
        crossings=crossings,
        fixed=fixed,
        reference=reference,
    )


TWO = (
    standing("cheap", 0, time=Crossing(900, 900), quality=Crossing(0.8, 0.9, True)),
    standing("dear", 1, time=Crossing(300, 200), quality=Crossing(0.95, 0.97, True)),
)


def test_it_tells_where_another_candidate_takes_over():
    (time,) = flip_points(TWO, {"time": 800.0})
    assert time.above == Change(900, False, "recommended", "cheap")
    assert time.below == Change(300, True, "undecided", None)


def test_it_moves_one_limit_and_leaves_the_others():
    time, quality = flip_points(TWO, {"time": 1000.0, "quality": 0.75})
    assert time.above is None
    assert time.below == Change(900, True, "recommended", "dear")
    assert quality.above == Change(0.8, True, "recommended", "dear")
    assert quality.below is None


def test_a_limit_that_changes_nothing_has_no_flip_point():
    pair = (standing("a", 0), standing("b", 1))
    (found,) = flip_points(pair, {"time": 1.0})
    assert (found.below, found.above) == (None, None)


def test_the_answer_may_change_exactly_at_the_limit_that_is_set():
    (found,) = flip_points(TWO[1:], {"time": 300.0})
    assert found.below == Change(300, True, "undecided", None)


@pytest.mark.parametrize(
    ("rows", "answer"),
    [
        ((standing("a", 1), standing("b", 0)), ("recommended", "b", False)),
        (
            (standing("a", 0, "undecided"), standing("b", 1, "failed")),
            ("undecided", None, False),
        ),
        ((standing("a", 0, "failed"),), ("none_qualifies", None, False)),
        (
            (standing("a", 0, "failed"), standing("big", 1, reference=True)),
            ("none_qualifies", None, True),
        ),
        (
            (standing("a", 1), standing("big", 0, reference=True)),
            ("none_qualifies", None, True),
        ),
        (
            (standing("a", 0), standing("big", 1, reference=True)),
            ("recommended", "a", False),
        ),
        (
            (standing("a", 1), standing("big", 0, "failed", reference=True)),
            ("recommended", "a", False),
        ),
    ],
)
def test_it_answers_by_the_rule(rows, answer):
    assert answer_at(rows, {}) == answer


def test_a_reference_of_unknown_cost_does_not_stand_in_the_way():
    unknown = Standing(
        id="big", rank=0, objective=None, crossings={}, fixed="met", reference=True
    )
    assert answer_at((standing("a", 1), unknown), {}) == ("recommended", "a", False)


whole = st.integers(0, 6).map(float)
crossings = st.tuples(whole, whole, st.booleans()).map(
    lambda c: (
        Crossing(max(c[:2]), min(c[:2]))
        if c[2]
        else Crossing(min(c[:2]), max(c[:2]), True)
    )
)
rows = st.lists(
    st.tuples(
        st.fixed_dictionaries({"x": crossings, "y": crossings}),
        st.sampled_from(["met", "met", "undecided", "failed"]),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40, deadline=None)
@given(rows, whole, whole)
def test_its_first_change_is_the_one_that_a_scan_finds(given_rows, x, y):
    everyone = [
        standing(str(i), i, fixed, reference=i == 3, **moved)
        for i, (moved, fixed) in enumerate(given_rows)
    ]
    now = answer_at(everyone, {"x": x, "y": y})
    found = flip_points(everyone, {"x": x, "y": y})[0]
    steps = [value / 4 for value in range(-4, 32)]
    for side, change in ((-1, found.below), (1, found.above)):
        scanned = next(
            (
                s
                for s in sorted(steps, key=lambda s: side * s)
                if side * s > side * x and answer_at(everyone, {"x": s, "y": y}) != now
            ),
            None,
        )
        if change is None:
            assert scanned is None
            continue
        at = nextafter(change.limit, side * inf) if change.beyond else change.limit
        assert answer_at(everyone, {"x": at, "y": y})[:2] == (
            change.outcome,
            change.recommended,
        )
        assert scanned is not None
        assert 0 <= side * (scanned - change.limit) <= 0.25


def test_it_refuses_to_decide_about_nobody():
    with pytest.raises(SizingError, match="got none"):
        flip_points([standing("big", 0, reference=True)], {})
