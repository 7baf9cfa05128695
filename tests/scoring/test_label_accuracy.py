"""Known values: the documentation examples of scikit-learn, and scikit-learn itself."""

import random

import pytest
from sklearn.metrics import f1_score

from advisor.scoring.base import ScorerInvalid
from advisor.scoring.labels import macro_f1
from advisor.scoring.registry import scorer, set_scores

LABELS = ["card_arrival", "card_not_working", "card", "top_up_failed"]


def test_it_matches_the_documented_accuracy():
    # sklearn.metrics.accuracy_score([0, 1, 2, 3], [0, 2, 1, 3]) is 0.5
    label = scorer("label_accuracy")

    values = [
        label.score(a, e).value for a, e in zip("0213", [0, 1, 2, 3], strict=True)
    ]

    assert sum(values) / 4 == 0.5


def test_it_matches_the_documented_macro_f1():
    # sklearn.metrics.f1_score([0,1,2,0,1,2], [0,2,1,0,0,1], average="macro") is 0.26...
    found = macro_f1(zip("021001", "012012", strict=True))

    assert found is not None
    assert (found.name, found.n) == ("macro_f1", 6)
    assert found.value == pytest.approx(0.26666666666666666)
    assert found.by_label == {"0": 0.8, "1": 0.0, "2": 0.0}


def test_macro_f1_agrees_with_scikit_learn_on_random_labels():
    chance = random.Random(5)
    wanted = [chance.choice("abcd") for _ in range(300)]
    named = [chance.choice("abcde") for _ in range(300)]

    found = macro_f1(zip(named, wanted, strict=True))

    assert found is not None
    assert found.value == pytest.approx(f1_score(wanted, named, average="macro"))


def test_macro_f1_of_nothing_is_unknown():
    assert macro_f1([]) is None


def test_an_answer_that_names_no_label_is_a_miss_and_no_label_of_its_own():
    found = macro_f1([(None, "a"), ("a", "a")])

    assert found is not None
    assert found.by_label == {"a": pytest.approx(2 / 3)}


@pytest.mark.parametrize(
    ("answer", "value"),
    [
        ("card_arrival", 1.0),
        (" Card-Arrival.\n", 1.0),
        ("Intent: card_arrival", 1.0),
        ("It is about card arrival, I think", 1.0),
        ("card", 0.0),
        ("card_arrival or top_up_failed", 0.0),
        ("discard_arrivals", 0.0),
        ("", 0.0),
    ],
)
def test_a_sentence_that_names_one_known_label_counts(answer, value):
    label = scorer({"name": "label_accuracy", "labels": LABELS})

    assert label.score(answer, "card_arrival").value == value


def test_an_unknown_expected_label_names_the_nearest():
    label = scorer({"name": "label_accuracy", "labels": LABELS})

    assert "Did you mean “card_arrival”" in (label.check("card_arival") or "")


def test_labels_that_read_alike_are_refused():
    with pytest.raises(ScorerInvalid, match="alike"):
        scorer({"name": "label_accuracy", "labels": ["a_b", "A b"]})


def test_set_scores_are_those_of_labels_only():
    pairs = [("a", "a"), ("b", "a")]

    assert [found.name for found in set_scores(scorer("label_accuracy"), pairs)] == [
        "macro_f1"
    ]
    assert set_scores(scorer("exact_match"), pairs) == []


@pytest.mark.parametrize("mark", ["-", "?", "..."])
def test_an_expected_label_of_marks_alone_is_refused(mark):
    assert "is no label" in (scorer("label_accuracy").check(mark) or "")
