import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.errors import SizingError
from advisor.sizing.measurement import Figure
from advisor.sizing.memory_fit import fit, most_sequences


@pytest.mark.parametrize(
    ("gb", "verdict"),
    [
        (7.2, "fits"),
        (7.21, "tight"),
        (8.0, "tight"),
        (8.01, "does_not_fit"),
    ],
)
def test_it_fits_up_to_nine_tenths(gb, verdict):
    assert fit(Figure(gb, origin="measured"), 8.0) == verdict


def test_a_measured_peak_decides_by_itself_and_an_estimate_by_its_upper_end():
    ends = {"value": 7.0, "low": 6.0, "high": 9.0}
    assert fit(Figure(**ends, origin="measured"), 8.0) == "fits"
    assert fit(Figure(**ends, origin="estimated"), 8.0) == "does_not_fit"
    assert fit(Figure(7.0, origin="published"), 8.0) == "fits"


@pytest.mark.parametrize("peak", [None, Figure(None)])
def test_an_unknown_peak_has_no_verdict(peak):
    assert fit(peak, 8.0) is None


def peak_of(sequences):
    return Figure(2.0 + 0.1 * sequences, origin="estimated")


def test_it_finds_the_most_sequences():
    assert most_sequences(peak_of, 8.0) == 52
    assert most_sequences(peak_of, 8.0, at_most=16) == 16
    assert most_sequences(peak_of, 2.0) == 0


@settings(max_examples=50, deadline=None)
@given(st.floats(2.4, 500))
def test_one_more_sequence_would_not_fit(memory):
    most = most_sequences(peak_of, memory)
    assert fit(peak_of(most), memory) == "fits"
    assert most == 4096 or fit(peak_of(most + 1), memory) != "fits"


def test_it_refuses_a_machine_without_memory():
    with pytest.raises(SizingError, match="got 0 GB"):
        fit(Figure(1.0), 0)
