"""Known values: the worked example of Lin (2004), ROUGE, section 3.1, with beta 1."""

import pytest

from advisor.scoring.registry import scorer

REFERENCE = "police killed the gunman"


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("police kill the gunman", 3 / 4),
        ("the gunman kill police", 2 / 4),
        ("the gunman police killed", 2 / 4),
        (REFERENCE, 1.0),
        ("", 0.0),
    ],
)
def test_it_matches_the_paper(answer, value):
    assert scorer("rouge_l").score(answer, REFERENCE).value == pytest.approx(value)


def test_it_matches_the_documented_precision_and_recall():
    # rouge-score's own tests: "testing two" against "testing one two" is 4/5.
    found = scorer("rouge_l").score("testing two", "testing one two")

    assert found.value == pytest.approx(4 / 5)


def test_words_of_any_script_count():
    assert scorer("rouge_l").score("größe ändern", "Größe ändern").value == 1.0
    assert scorer("rouge_l").score("да", "нет").value == 0.0


def test_the_best_of_several_accepted_texts_counts():
    assert scorer("rouge_l").score("b", ["a", "b"]).value == 1.0


def test_stemming_joins_forms_of_a_word():
    stemmed = scorer({"name": "rouge_l", "stem": True})

    assert stemmed.score("police kills", "police killed").value == 1.0


def test_an_expected_text_without_words_is_refused():
    assert "no words" in (scorer("rouge_l").check("--- !") or "")
