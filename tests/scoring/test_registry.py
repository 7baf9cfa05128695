"""The registry builds scorers from a setup and refuses everything wrong at once."""

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.scoring.base import ScorerInvalid
from advisor.scoring.registry import SCORERS, describe, scorer

EXPECTED = {"numeric": "7", "multiple_choice": "B", "json_fields": '{"a": 1}'}
OPTIONS = {"regex": {"pattern": r"(\w+)"}}


def build(name):
    return scorer({"name": name, **OPTIONS.get(name, {})})


def problems(spec):
    with pytest.raises(ScorerInvalid) as refused:
        scorer(spec)
    return refused.value.problems


@pytest.mark.parametrize("name", SCORERS)
def test_every_scorer_has_a_name_a_version_and_words_for_the_form(name):
    built = build(name)

    assert built.name == name
    assert built.version
    assert built.label
    assert built.help.endswith(".")


@pytest.mark.parametrize("name", SCORERS)
@settings(deadline=None, max_examples=25)
@given(answer=st.text(max_size=200))
def test_every_score_lies_between_0_and_1_for_any_answer(name, answer):
    built = build(name)

    for expected in (EXPECTED.get(name, "some text"), None, {"a": [1]}, [], "\x00"):
        assert 0.0 <= built.score(answer, expected).value <= 1.0


@pytest.mark.parametrize("name", sorted({*SCORERS} - {"json_valid"}))
def test_a_missing_expected_answer_is_a_problem(name):
    assert build(name).check(None)
    assert build(name).check("  ")


def test_an_unknown_scorer_names_the_nearest():
    (problem,) = problems("exact_macht")

    assert problem.key == "name"
    assert "Did you mean exact_match?" in problem.remedy


def test_every_wrong_option_is_named_at_once():
    found = problems({"name": "numeric", "tolerence": 1, "decimal": ";", "pattern": 3})

    assert [problem.key for problem in found] == ["tolerence", "decimal", "pattern"]
    assert "Did you mean tolerance?" in found[0].remedy
    assert found[1].remedy == "Give one of '.', ','."


def test_a_needed_option_is_asked_for():
    (problem,) = problems("regex")

    assert (problem.key, problem.remedy) == ("pattern", "Add pattern.")


def test_true_is_not_a_number_and_1_is_not_true():
    assert problems({"name": "numeric", "tolerance": True})
    assert problems({"name": "contains", "all": 1})


def test_weights_are_shares_of_their_sum():
    built = scorer(
        [{"name": "exact_match", "weight": 30}, {"name": "contains", "weight": 10}]
    )

    found = built.score("It is a refund", "refund")

    assert found.value == pytest.approx(0.25)
    assert found.detail == "exact_match 0.00"


def test_a_list_of_one_is_that_scorer():
    assert scorer([{"name": "chrf", "weight": 3}]) == scorer("chrf")


def test_problems_of_a_list_carry_their_position():
    found = problems([{"name": "exact"}, {"name": "chrf", "weight": "x"}, 7])

    assert [problem.key for problem in found] == ["0.name", "1.weight", "2"]


@pytest.mark.parametrize("weight", [0, -1, float("nan")])
def test_a_weight_is_above_0(weight):
    assert problems([{"name": "chrf", "weight": weight}, "contains"])


def test_a_description_holds_every_option_and_builds_the_same_scorer():
    built = scorer({"name": "numeric", "pattern": r"A:\s*(.+)$"})

    assert describe(built) == {
        "name": "numeric",
        "version": "2",
        "pattern": r"A:\s*(.+)$",
        "tolerance": 0.0,
        "relative_tolerance": 0.0,
        "decimal": ".",
        "match": "last",
    }
    assert json.loads(json.dumps(describe(built))) == describe(built)


def test_weights_that_are_the_same_shares_are_described_alike():
    low = scorer([{"name": "chrf", "weight": 1}, {"name": "contains", "weight": 3}])
    high = scorer([{"name": "chrf", "weight": 25}, {"name": "contains", "weight": 75}])

    assert describe(low) == describe(high)


def test_importing_the_registry_loads_no_heavy_library():
    code = (
        "import sys, advisor.scoring.registry;"
        "print([m for m in ('nltk', 'sacrebleu', 'jsonschema', 'django', 'torch',"
        " 'rouge_score', 'transformers') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.stdout.strip() == "[]", done.stderr


def test_a_number_of_another_kind_is_no_choice():
    with pytest.raises(ScorerInvalid, match="one of 0, 1, 2"):
        scorer({"name": "chrf", "word_order": 2.0})
