from math import inf, nan

import pytest

from advisor.sizing.constraints import Constraint
from advisor.sizing.errors import InvalidCase, InvalidMeasurement
from advisor.sizing.measurement import Case, Evidence, Figure


def a_case(*evidence: Evidence, **settings: object) -> Case:
    return Case(
        **{"evidence": evidence or (Evidence(id="a"),), "samples": 3, **settings}
    )  # type: ignore[arg-type]


def test_a_figure_becomes_json_values():
    assert Figure(0.9, 0.8, 0.95, 200, "measured").as_dict() == {
        "value": 0.9,
        "low": 0.8,
        "high": 0.95,
        "n": 200,
        "origin": "measured",
    }


def test_what_was_not_measured_is_null_and_a_note_may_say_why():
    assert Figure(None, note="no price known").as_dict() is None
    assert Figure(1.0, note="by hand").as_dict()["note"] == "by hand"  # type: ignore[index]


def test_an_infinite_end_has_no_number_in_json():
    found = Figure(inf, 3.0, inf, 5, "measured").as_dict()
    assert found is not None
    assert (found["value"], found["low"], found["high"]) == (None, 3.0, None)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ((nan,), "value is not a number"),
        ((1.0, 2.0, 1.0), "low must not be above high"),
    ],
)
def test_it_refuses_a_figure_that_cannot_be(numbers, message):
    with pytest.raises(InvalidMeasurement, match=message):
        Figure(*numbers)


def test_it_refuses_a_score_outside_the_unit_range():
    with pytest.raises(InvalidMeasurement, match="score 1 of 'a' must be between 0"):
        Evidence(id="a", scores=(1.0, 1.5, None))
    with pytest.raises(InvalidMeasurement, match="a score of 'a' is not a number"):
        Evidence(id="a", scores=(1.0, nan, None))


def test_it_refuses_a_negative_time_and_one_that_is_no_number():
    with pytest.raises(InvalidMeasurement, match="monotonic clock"):
        Evidence(id="a", latency_ms=(3.0, -1.0))
    with pytest.raises(InvalidMeasurement, match="ttft_ms of 'a'"):
        Evidence(id="a", ttft_ms=(nan,))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"confidence": 1.0}, "confidence must be above 0.5"),
        # Twice the error of 0.5 is no probability that a test can work with.
        ({"confidence": 0.5}, "confidence must be above 0.5"),
        ({"samples": 0}, "at least one sample"),
        ({"look": 0}, "first look"),
        ({"groups": ("g",)}, "groups must have one entry a sample, got 1 for 3"),
        ({"weights": (1.0, -1.0, 1.0)}, "weights must be finite"),
    ],
)
def test_it_refuses_settings_that_do_not_belong_together(settings, message):
    with pytest.raises(InvalidCase, match=message):
        a_case(**settings)


def test_it_refuses_evidence_that_does_not_belong_together():
    with pytest.raises(InvalidCase, match="4 scores for 3 samples"):
        a_case(Evidence(id="a", scores=(1.0,) * 4))
    with pytest.raises(InvalidCase, match="ids must differ"):
        a_case(Evidence(id="a"), Evidence(id="a"))
    with pytest.raises(InvalidCase, match="at most one reference"):
        a_case(
            Evidence(id="a"),
            Evidence(id="b", role="reference"),
            Evidence(id="c", role="reference"),
        )
    with pytest.raises(InvalidCase, match="needs a candidate"):
        a_case(Evidence(id="b", role="reference"))


def test_candidates_stand_in_planned_order():
    case = a_case(
        Evidence(id="big", position=2),
        Evidence(id="ref", role="reference"),
        Evidence(id="tiny", position=1),
    )
    assert [one.id for one in case.candidates] == ["tiny", "big"]
    assert case.reference is not None
    assert case.reference.id == "ref"
    assert a_case().reference is None


def test_a_monthly_volume_may_come_as_a_setting_or_as_a_constraint():
    volume = Constraint(name="monthly_requests", limit=10.0)
    assert a_case(monthly_requests=10.0).monthly
    assert a_case(constraints=(volume,)).monthly
    assert not a_case().monthly
