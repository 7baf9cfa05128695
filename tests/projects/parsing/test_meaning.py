"""Samples that would mislead are warned about before anything runs."""

import pytest

from advisor.projects.parsing import SampleRow, expected_problems, meaning_problems
from advisor.scoring.registry import scorer


def samples(count=40, text="question {n}", expected="answer {n}"):
    return [
        SampleRow(
            id=str(n),
            input=text.format(n=n),
            expected=expected and expected.format(n=n),
            row=n + 2,
        )
        for n in range(count)
    ]


def codes(rows):
    return [problem.code for problem in meaning_problems(rows)]


def test_good_samples_give_no_warning():
    assert codes(samples()) == []
    assert codes([]) == []


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (samples(29), "few_samples"),
        (samples(text="it says answer {n} here"), "answers_leak"),
        (samples()[:36] + samples()[:4], "duplicates"),
        (samples(expected="refund"), "one_label"),
        (samples(text="key sk-abcdefghijklmnop1234 {n}"), "personal_data"),
        (samples(text="AKIAABCDEFGHIJKLMNOP {n}"), "personal_data"),
        (samples(text="write to ann{n}@example.org"), "personal_data"),
        (samples(text="account DE89 3704 0044 0532 0130 00 {n}"), "personal_data"),
        (samples(text="call +49 30 1234 5678 {n}"), "personal_data"),
    ],
)
def test_it_warns(rows, code):
    found = meaning_problems(rows)

    assert code in [problem.code for problem in found]
    assert {problem.severity for problem in found} == {"warning"}


def test_one_leak_in_ten_is_daily_business():
    rows = samples(36) + samples(4, text="it says answer {n} here")

    assert codes(rows) == []


def test_an_exact_match_scorer_needs_an_answer_column():
    rows = samples(expected=None)

    (problem,) = expected_problems(rows, scorer("exact_match"))

    assert "needs an answer column" in problem.message
    assert expected_problems(rows, scorer("json_valid")) == ()


def test_every_row_that_cannot_be_scored_is_named():
    rows = samples(expected="{n}")
    rows[3] = SampleRow(id="x", input="a", expected="1,5", row=5)
    rows[7] = SampleRow(id="y", input="b", row=9)

    problems = expected_problems(rows, scorer("numeric"))

    assert [(problem.row, problem.found) for problem in problems] == [
        (5, "1,5"),
        (9, None),
    ]


def test_one_is_told_as_one():
    rows = samples(1, text="write to ann{n}@example.org about answer {n}")

    told = {problem.code: problem.wrong for problem in meaning_problems(rows)}

    assert told["few_samples"] == "1 sample is too few to tell models apart."
    assert told["personal_data"].startswith("1 sample may hold ")
    assert "rows" not in told["personal_data"]
    assert told["answers_leak"].endswith("in the input of 1 sample.")
