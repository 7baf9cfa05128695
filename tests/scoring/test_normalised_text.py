"""Known values: exact match of the SQuAD v1.1 evaluation (Rajpurkar et al. 2016)."""

import pytest

from advisor.scoring.registry import scorer

# The official script lowers, drops punctuation, then a/an/the, then extra space.
SQUAD = [
    ("The Denver Broncos!", "Denver Broncos", 1.0),
    ("U.S.", "US", 1.0),
    ("an  apple", "apple", 1.0),
    ("don't", "dont", 1.0),
    ("Carolina Panthers", "Denver Broncos", 0.0),
    ("theatre", "atre", 0.0),
]


@pytest.mark.parametrize(("answer", "expected", "value"), SQUAD)
def test_it_matches_the_squad_rules(answer, expected, value):
    assert scorer("normalised_text").score(answer, expected).value == value


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("ｒｅｆｕｎｄ", "Refund"),
        ("STRASSE", "Straße"),
        ("«oui»", "Oui"),
        ("ﬁt", "fit"),
    ],
)
def test_letters_that_read_alike_compare_alike(answer, expected):
    assert scorer("normalised_text").score(answer, expected).value == 1.0


def test_articles_of_another_language_can_be_named():
    german = scorer({"name": "normalised_text", "articles": ["der", "die", "das"]})

    assert german.score("Die Rechnung", "rechnung").value == 1.0
    assert german.score("The bill", "bill").value == 0.0


def test_an_expected_text_of_articles_alone_is_refused():
    assert "Nothing is left" in (scorer("normalised_text").check("The!") or "")
