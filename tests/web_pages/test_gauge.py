"""A gauge places value, limit and interval on one axis."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.web.gauge import Gauge, quality_axis


def test_it_places_a_quality_as_the_design_does():
    gauge = Gauge.at_least(
        96.1,
        93,
        low=93.8,
        high=98.4,
        axis=quality_axis(93),
        status="met",
        text="96.1% plus or minus 2.3, floor 93%",
    )
    assert gauge.style == "--v:67.2%;--limit:50.0%;--lo:54.4%;--hi:80.0%"
    assert gauge.look == "gauge gauge--min"


def test_a_ceiling_stands_at_two_thirds_of_its_axis():
    gauge = Gauge.at_most(2.12, 2.5, status="met", text="2.12 s, limit 2.50 s")
    assert gauge.style == "--v:56.5%;--limit:66.7%"
    assert not gauge.has_interval


def test_what_was_not_measured_has_no_dot():
    gauge = Gauge.at_most(None, 2.5, status="met", text="not measured")
    assert gauge.status == "unknown"
    assert "--v" not in gauge.style


@pytest.mark.parametrize(
    ("status", "look"),
    [("failed", "fail"), ("undecided", "unsure"), ("unknown", "none")],
)
def test_the_status_has_a_look_of_its_own(status, look):
    gauge = Gauge.at_most(1, 2, status=status, text="")
    assert gauge.look == f"gauge gauge--max gauge--{look}"


@settings(deadline=None)
@given(
    value=st.floats(-1e9, 1e9), limit=st.floats(-1e9, 1e9), start=st.floats(-1e6, 1e6)
)
def test_everything_stays_on_the_axis(value, limit, start):
    gauge = Gauge.at_least(
        value, limit, axis=(start, start + 10), status="met", text=""
    )
    places = [float(x.partition(":")[2][:-1]) for x in gauge.style.split(";")]
    assert all(0 <= place <= 100 for place in places)
