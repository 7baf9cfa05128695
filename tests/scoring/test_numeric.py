"""Known values: the published accuracies of the GSM8K example solutions.

openai/grade-school-math states them from its own check; they are rounded there to
0.01 points. Separators and signs follow the rules of ``match(numeric=True)`` in
Inspect (UK AISI), whose tests name the cases of ``READ``.
"""

import json
from pathlib import Path

import pytest

from advisor.scoring.base import ScorerInvalid
from advisor.scoring.numbers import numbers_in
from advisor.scoring.registry import scorer

DATA = Path(__file__).parents[3] / "shared" / "data" / "gsm8k_gpt3"
PUBLISHED = [
    ("gpt3-175b-finetuned", 0.3472),
    ("gpt3-6b-finetuned", 0.2168),
    ("gpt3-6b-verified", 0.3904),
    ("gpt3-175b-verified", 0.5625),
]
READ = [
    ("28 + 32 = 60", "60", 1.0),
    ("**ANSWER: 28 + 32 = 60**", "60", 1.0),
    ("The answer is 25", "5", 0.0),
    ("5", "-5", 0.0),
    ("the result is -5 exactly", "-5", 1.0),
    ("pi is approximately 33.14", "3.14", 0.0),
    ("the value is 1000", "1e3", 1.0),
    ("2.0", "2", 1.0),
    ("answer: −5", "-5", 1.0),
    ("the answer is １２３", "123", 1.0),
    ("The answer is (42).", "42", 1.0),
    ("It costs $1,234.50!", "1234.5", 1.0),
]


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.mark.shared_data
@pytest.mark.skipif(not DATA.is_dir(), reason=f"no recorded answers in {DATA}")
@pytest.mark.parametrize(("model", "accuracy"), PUBLISHED)
def test_it_reproduces_the_published_accuracy(model, accuracy):
    numeric = scorer({"name": "numeric", "pattern": r"A:\s*(.+)$"})
    expected = {row["id"]: row["expected"] for row in lines(DATA / "samples.jsonl")}
    answers = lines(DATA / "recorded" / f"{model}.jsonl")

    values = [numeric.score(a["output"], expected[a["id"]]).value for a in answers]

    assert len(values) == 1319
    assert sum(values) / len(values) == pytest.approx(accuracy, abs=0.0005)


@pytest.mark.parametrize(("answer", "expected", "value"), READ)
def test_it_reads_numbers_as_a_reader_would(answer, expected, value):
    assert scorer("numeric").score(answer, expected).value == value


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("-$5 or $-5", ["-5", "-5"]),
        ("16-3", ["16", "3"]),
        ("16 - 3 = 13", ["16", "3", "13"]),
        ("50%-60%", ["50", "60"]),
        ("(3)-4", ["3", "4"]),
        (".5 and -.25 and $.99", ["0.5", "-0.25", "0.99"]),
        ("1...5 and v.5", []),
        (f"-{10**29 + 1}", [f"-{10**29 + 1}"]),
        ("1,00,000", ["100000"]),
        ("1'250 CHF", ["1250"]),
        ("g0001 and v2", []),
        ("1,5 and 3,4,5", []),
        ("١٢", ["12"]),
        ("60%", ["60"]),
    ],
)
def test_separators_and_signs(text, numbers):
    assert [f"{number:f}" for number in numbers_in(text)] == numbers


def test_a_decimal_comma_is_read_when_the_setup_says_so():
    german = scorer({"name": "numeric", "decimal": ","})

    assert german.score("Das macht 1.234,56 €", 1234.56).value == 1.0
    assert german.check("1,5") is None
    assert "no number" in (scorer("numeric").check("1,5") or "")


@pytest.mark.parametrize(
    ("options", "answer", "value"),
    [
        ({}, "100.01", 0.0),
        ({"tolerance": 0.01}, "100.01", 1.0),
        ({"tolerance": 0.01}, "100.011", 0.0),
        ({"relative_tolerance": 0.05}, "105", 1.0),
        ({"relative_tolerance": 0.05}, "94.99", 0.0),
    ],
)
def test_the_tolerance_includes_its_edge(options, answer, value):
    assert scorer({"name": "numeric", **options}).score(answer, 100).value == value


@pytest.mark.parametrize("tolerance", [-0.1, float("inf"), float("nan")])
def test_it_refuses_a_senseless_tolerance(tolerance):
    with pytest.raises(ScorerInvalid, match="A tolerance is not negative"):
        scorer({"name": "numeric", "tolerance": tolerance})


def test_a_pattern_that_matches_nothing_scores_0():
    numeric = scorer({"name": "numeric", "pattern": r"A:\s*(.+)$"})

    found = numeric.score("I think 18", "18")

    assert (found.value, found.detail) == (
        0.0,
        "the pattern matches nothing in the answer",
    )


@pytest.mark.parametrize("expected", [None, "", "none", True, {"a": 1}])
def test_an_expected_value_without_a_number_is_refused(expected):
    assert scorer("numeric").check(expected)


def test_an_expected_number_may_begin_with_its_decimal_sign():
    german = scorer({"name": "numeric", "decimal": ","})

    assert scorer("numeric").check(".5") is None
    assert scorer("numeric").score("0.50", ".5").value == 1.0
    assert german.score("Es sind ,5 %", "0,5").value == 1.0
