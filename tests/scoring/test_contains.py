"""Known values: the documented behaviour of ``includes`` in Inspect (UK AISI).

Its reference says: whether the specified text is included in the output, case
insensitive by default.
"""

import pytest

from advisor.scoring.registry import scorer


@pytest.mark.parametrize(
    ("answer", "expected", "value"),
    [
        ("The capital is Paris, of course.", "Paris", 1.0),
        ("the capital is PARIS", "Paris", 1.0),
        ("The capital is London.", "Paris", 0.0),
        ("Parisian", "Paris", 1.0),
    ],
)
def test_it_finds_a_text_anywhere_without_regard_to_case(answer, expected, value):
    assert scorer("contains").score(answer, expected).value == value


def test_whole_words_do_not_match_inside_a_word():
    words = scorer({"name": "contains", "whole_words": True})

    assert words.score("Parisian cafés", "Paris").value == 0.0
    assert words.score("Parisian cafés in Paris.", "Paris").value == 1.0


def test_any_of_a_list_is_enough_unless_all_are_asked_for():
    both = scorer({"name": "contains", "all": True})

    assert scorer("contains").score("red", ["red", "blue"]).value == 1.0
    assert both.score("red", ["red", "blue"]).value == 0.0
    assert both.score("red and blue", ["red", "blue"]).value == 1.0
