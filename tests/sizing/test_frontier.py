import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.errors import SizingError
from advisor.sizing.frontier import Point, beaten_by, frontier

values = st.one_of(st.none(), st.integers(0, 3).map(float))
points = st.lists(
    st.fixed_dictionaries({"quality": values, "cost": values, "memory": values}),
    max_size=8,
)


def point(name, **given):
    return Point(id=name, values=given)


def test_it_names_who_is_beaten_and_by_whom():
    found = beaten_by(
        [
            point("good", quality=0.9, cost=10.0),
            point("cheap", quality=0.8, cost=2.0),
            point("worse", quality=0.8, cost=12.0),
        ]
    )
    assert found == {"good": (), "cheap": (), "worse": ("good", "cheap")}


def test_equal_candidates_do_not_beat_each_other():
    twins = [point("a", quality=0.9, cost=1.0), point("b", quality=0.9, cost=1.0)]
    assert frontier(twins) == ("a", "b")


def test_what_was_not_measured_beats_nobody_and_is_not_beaten():
    found = beaten_by(
        [
            point("open", quality=0.9, cost=None),
            point("low", quality=0.1, cost=5.0),
            point("best", quality=1.0, cost=1.0),
        ]
    )
    assert found == {"open": (), "low": ("best",), "best": ()}


def test_an_axis_that_nobody_has_does_not_count():
    pair = [point("a", quality=0.9, memory=None), point("b", quality=0.8)]
    assert beaten_by(pair)["b"] == ("a",)


@settings(max_examples=40, deadline=None)
@given(points)
def test_beating_is_an_order(rows):
    found = beaten_by([point(str(i), **row) for i, row in enumerate(rows)])
    for name, others in found.items():
        for other in others:
            assert name not in found[other]
            # Where nothing is missing, whoever beats the better one beats this one too.
            if all(v is not None for row in rows for v in row.values()):
                assert set(found[other]) <= set(others)
    if rows and all(v is not None for row in rows for v in row.values()):
        assert frontier([point(str(i), **row) for i, row in enumerate(rows)])


def test_it_refuses_a_value_on_no_axis():
    with pytest.raises(SizingError, match="'a' has a value on 'beauty'"):
        point("a", beauty=1.0)
