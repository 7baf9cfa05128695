"""Known values: sacrebleu's own tests of chrF (effective order), where beta plays no
part because precision equals recall, and the formula of Popović (2015) by hand.
"""

import pytest

from advisor.scoring.registry import scorer

SACREBLEU = [
    ("a", "a", 1.0),
    ("", "reference", 0.0),
    ("a b c", "a b c", 1.0),
    ("a b c", "abc", 1.0),
    ("aa", "ab", 0.25),
    ("abcdefg", "hijklmnop", 0.0),
]


@pytest.mark.parametrize(("answer", "expected", "value"), SACREBLEU)
def test_it_matches_sacrebleu(answer, expected, value):
    assert scorer("chrf").score(answer, expected).value == pytest.approx(value)


def test_it_matches_the_formula_of_the_paper():
    # "ab" against "abc": 1-grams P 2/2, R 2/3; 2-grams P 1/1, R 1/2; beta 2.
    precision, recall = (1 + 1) / 2, (2 / 3 + 1 / 2) / 2
    by_hand = 5 * precision * recall / (4 * precision + recall)

    assert scorer("chrf").score("ab", "abc").value == pytest.approx(by_hand)


def test_a_longer_overlap_scores_higher():
    chrf = scorer("chrf")

    assert (
        chrf.score("good night", "good morning").value
        < chrf.score("good mornin", "good morning").value
    )
