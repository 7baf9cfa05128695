"""Known values: the exact_match metric card of Hugging Face evaluate."""

import pytest

from advisor.scoring.registry import scorer

EXAMPLES = [
    (
        ["cat?", "theater", "yelling", "agent"],
        ["the cat", "theater", "YELLING", "agent007"],
        0.25,
    ),
    (
        ["The cat sat on the mat?", "Theaters are great.", "apples and oranges."],
        ["The cat sat on the mat.", "Theaters are great.", "oranges and apples."],
        1 / 3,
    ),
]


@pytest.mark.parametrize(("answers", "expected", "share"), EXAMPLES)
def test_it_matches_the_metric_card(answers, expected, share):
    exact = scorer("exact_match")

    values = [exact.score(a, e).value for a, e in zip(answers, expected, strict=True)]

    assert sum(values) / len(values) == pytest.approx(share)


def test_white_space_around_an_answer_does_not_count():
    assert scorer("exact_match").score(" refund\n", "refund").value == 1.0


def test_case_counts_unless_told_otherwise():
    assert scorer("exact_match").score("Yes", "yes").value == 0.0
    relaxed = scorer({"name": "exact_match", "ignore_case": True})
    assert relaxed.score("Yes", "yes").value == 1.0


@pytest.mark.parametrize(
    ("answer", "expected"), [("18", 18), ("true", True), ("b", ["a", "b"])]
)
def test_numbers_constants_and_lists_of_texts_are_accepted_texts(answer, expected):
    assert scorer("exact_match").score(answer, expected).value == 1.0
    assert scorer("exact_match").check(expected) is None


def test_a_miss_says_what_was_expected_and_what_came():
    detail = scorer("exact_match").score("billing", "refund").detail

    assert detail == "expected “refund”, got “billing”"


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        (None, "no expected answer"),
        ("  ", "no expected answer"),
        ({"a": 1}, "got an object"),
        (["a", {}], "got an object"),
        ([], "no expected answer"),
    ],
)
def test_it_says_why_an_expected_value_cannot_be_compared(expected, problem):
    assert problem in (scorer("exact_match").check(expected) or "")
