"""Known values: ANSWER: LETTER as scored by Inspect (UK AISI), and MMLU-style forms."""

import pytest

from advisor.scoring.base import ScorerInvalid
from advisor.scoring.registry import scorer


@pytest.mark.parametrize(
    ("answer", "expected", "value"),
    [
        ("ANSWER: B", "B", 1.0),
        ("ANSWER: B", "C", 0.0),
        ("ANSWER: Yes", "A", 0.0),
        ("B", "B", 1.0),
        ("(b)", "B", 1.0),
        ("B) Paris", "B", 1.0),
        ("**C**. The third", "C", 1.0),
        ("A is wrong, B is wrong. The answer is (D).", "D", 1.0),
        ("Answer: A\nNo. Answer: C", "C", 1.0),
        ("the correct answer is b.", "B", 1.0),
        ("I would take B here", "B", 1.0),
    ],
)
def test_it_reads_the_letter_chosen(answer, expected, value):
    assert scorer("multiple_choice").score(answer, expected).value == value


@pytest.mark.parametrize(
    "answer", ["", "A dog barks", "the answer is a dog", "either B or C", "E"]
)
def test_an_answer_without_one_letter_chooses_nothing(answer):
    found = scorer("multiple_choice").score(answer, "A")

    assert found.value == 0.0
    assert "no single letter" in (found.detail or "")


def test_expected_values_are_letters_with_or_without_their_text():
    choice = scorer("multiple_choice")

    assert choice.score("B", "B) Paris").value == 1.0
    assert "not one of the letters" in (choice.check("Paris") or "")


def test_more_letters_or_digits_can_be_named():
    assert (
        scorer({"name": "multiple_choice", "letters": "12345"}).score("5", 5).value == 1
    )

    with pytest.raises(ScorerInvalid, match="different letters"):
        scorer({"name": "multiple_choice", "letters": "AA"})


def test_much_white_space_is_read_at_once():
    answer = "The answer is" + "\n" * 190_000 + "B"

    assert scorer("multiple_choice").score(answer, "B").value == 1.0
