"""A number is read as people type it, and shown as they read it."""

import pytest
from django.core.exceptions import ValidationError

from advisor.projects.forms.numbers import NumberField, read_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("7", 7),
        ("2.5", 2.5),
        ("2,5", 2.5),
        ("0,05", 0.05),
        ("3,000,000", 3_000_000),
        ("3.000.000", 3_000_000),
        ("3 000 000", 3_000_000),
        ("3\u00a0000\u202f000", 3_000_000),
        ("3'000'000", 3_000_000),
        ("1,234", 1234),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1 234,5", 1234.5),
        ("12,34", 12.34),
        ("0,125", 0.125),
        ("0,075", 0.075),
        ("1 234,567", 1234.567),
        ("-1,234", -1234),
        ("1e3", 1000),
        ("-4", -4),
        (" 8 ", 8),
    ],
)
def test_it_reads_what_people_type(typed: str, number: float):
    assert read_number(typed) == number


@pytest.mark.parametrize(
    "typed", ["", "much", "1.2.3", "1,2,3", "inf", "-Infinity", "nan", "1e999", "0x10"]
)
def test_what_is_no_number_is_refused(typed: str):
    with pytest.raises(ValueError, match=r"^"):
        read_number(typed)


def field(**changes: object) -> NumberField:
    given = {"low": 1, "high": 1e10, "message": "Enter a volume", "required": False}
    return NumberField(**{**given, **changes})  # type: ignore[arg-type]


def test_a_field_answers_anything_else_with_its_message():
    for typed in ("0", "1e11", "x", "1.5"):
        with pytest.raises(ValidationError, match="Enter a volume"):
            field(whole=True).clean(typed)


def test_an_empty_field_is_no_number():
    assert field().clean("") is None
    assert field().clean("   ") is None


def test_whole_numbers_stay_whole():
    assert field(whole=True).clean("300,000") == 300_000
    assert isinstance(field(whole=True).clean("3.0"), int)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (300_000, "300,000"),
        (5.0, "5"),
        (0.001, "0.001"),
        (1234.5, "1,234.5"),
        (10**10, "10,000,000,000"),
        (12_345_678_901, "12,345,678,901"),
        (None, None),
        ("typed", "typed"),
    ],
)
def test_a_stored_number_is_shown_grouped(stored, shown):
    assert field().prepare_value(stored) == shown


@pytest.mark.parametrize("stored", [1, 999, 1000, 1234567, 0.25, 1234.5, 0.0001, 1e10])
def test_what_is_shown_reads_back_as_the_same_number(stored: float):
    assert read_number(field().prepare_value(stored)) == stored
