"""A limit at which the answer changes is told as exact only where it is."""

from dataclasses import replace

from advisor.reports.pages.flips import flip_texts
from advisor.sizing.flip_points import Change, FlipPoint

POINT = FlipPoint(
    "quality_margin",
    0.08,
    below=Change(0.03125, True, "undecided", None),
    above=Change(0.1, False, "recommended", "small"),
)


def test_an_exact_limit_is_told_as_it_is():
    below, above = flip_texts(POINT)
    assert below == "below 3.1 points: undecided"
    assert above == "from 10.0 points: small"


def test_an_estimated_limit_says_so():
    below, above = flip_texts(replace(POINT, estimated=True))
    assert below == "below about 3.1 points: undecided (estimated)"
    assert above == "from about 10.0 points: small (estimated)"
