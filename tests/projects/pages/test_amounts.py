"""Estimates are told as ranges, with no more digits than they deserve."""

import pytest

from advisor.projects.pages.amounts import about_money, about_time
from advisor.sizing.measurement import Figure


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (0.1, 0.4, "under 1 s"),
        (0.4, 24, "up to 24 s"),
        (2, 24, "2 to 24 s"),
        (7, 7, "7 s"),
        (30, 120, "up to 2 min"),
        (120, 540, "2 to 9 min"),
        (70, 100, "1.2 to 1.7 min"),
        (5400, 10_800, "1.5 to 3 h"),
    ],
)
def test_a_time_is_a_range_in_one_unit(low: float, high: float, told: str):
    assert about_time(Figure((low + high) / 2, low, high)) == told


@pytest.mark.parametrize(
    ("value", "high", "told"),
    [
        (0.001, 0.004, "under $0.01"),
        (0.045, 0.045, "about $0.045"),
        (0.8, 1.02, "about $0.80, at most $1.02"),
        (4.1, 4.1, "about $4.10"),
        (0.0, 0.0, "about $0"),
    ],
)
def test_money_is_told_with_its_most(value: float, high: float, told: str):
    assert about_money(Figure(value, value, high)) == told


def test_what_is_not_known_is_not_told():
    assert about_time(None) is None
    assert about_money(Figure(None)) is None
