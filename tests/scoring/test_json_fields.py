"""Known values: scikit-learn's F1 per sample over the same fields as 0/1 columns."""

import json

import pytest
from sklearn.metrics import f1_score

from advisor.scoring.registry import scorer

WANTED = {"city": "Oslo", "seats": 4, "dish": "pasta"}


@pytest.mark.parametrize(
    ("answer", "wanted_columns", "answer_columns"),
    [
        # columns: city=Oslo, seats=4, dish=pasta, dish=pizza, sort=best
        (WANTED, [1, 1, 1, 0, 0], [1, 1, 1, 0, 0]),
        ({"city": "Oslo", "seats": 4}, [1, 1, 1, 0, 0], [1, 1, 0, 0, 0]),
        ({**WANTED, "dish": "pizza"}, [1, 1, 1, 0, 0], [1, 1, 0, 1, 0]),
        ({**WANTED, "sort": "best"}, [1, 1, 1, 0, 0], [1, 1, 1, 0, 1]),
        ({"sort": "best"}, [1, 1, 1, 0, 0], [0, 0, 0, 0, 1]),
    ],
)
def test_it_matches_scikit_learn(answer, wanted_columns, answer_columns):
    outside = f1_score([wanted_columns], [answer_columns], average="samples")

    found = scorer("json_fields").score(json.dumps(answer), WANTED)

    assert found.value == pytest.approx(outside)


def test_the_expected_object_may_be_text():
    assert scorer("json_fields").score('{"a": 1}', '{"a": 1.0}').value == 1.0


def test_nested_fields_count_by_their_path_and_lists_as_bags():
    wanted = {"a": {"b": 1}, "tags": ["x", "y"]}

    assert (
        scorer("json_fields").score('{"tags": ["y", "x"], "a": {"b": 1}}', wanted).value
        == 1
    )
    assert scorer("json_fields").score(
        '{"tags": ["x", "x"], "b": 1}', wanted
    ).value == pytest.approx(2 * 1 / (3 + 3))


def test_true_is_not_1_and_null_is_not_an_empty_text():
    fields = scorer("json_fields")

    assert fields.score('{"a": true, "b": null}', {"a": 1, "b": ""}).value == 0.0


def test_case_and_spacing_do_not_count_unless_asked_for():
    strict = scorer({"name": "json_fields", "match_case": True})

    assert (
        scorer("json_fields").score('{"a": "New  York"}', {"a": "new york"}).value == 1
    )
    assert strict.score('{"a": "New York"}', {"a": "new york"}).value == 0


def test_an_object_in_prose_is_found():
    answer = 'Sure! {"city": "Oslo", "seats": 4, "dish": "pasta"} Anything else?'

    assert scorer("json_fields").score(answer, WANTED).value == 1.0


def test_two_empty_objects_agree():
    assert scorer("json_fields").score("{}", {}).value == 1.0
    assert scorer("json_fields").score('{"a": 1}', {}).value == 0.0


@pytest.mark.parametrize("answer", ["", "no", "[1]", '{"a":'])
def test_an_answer_that_is_no_object_scores_0(answer):
    assert scorer("json_fields").score(answer, WANTED).value == 0.0


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        (None, "no expected answer"),
        ('{"policy":"K-1"', "not JSON"),
        ("[1]", "got a list"),
        (7, "got a number"),
    ],
)
def test_it_says_why_an_expected_value_is_no_object(expected, problem):
    assert problem in (scorer("json_fields").check(expected) or "")


def test_long_numbers_compare_to_their_last_digit():
    wanted = {"iban": 10**29 + 1}

    assert scorer("json_fields").score(f'{{"iban": {10**29 + 1}}}', wanted).value == 1
    assert scorer("json_fields").score(f'{{"iban": {10**29 + 2}}}', wanted).value == 0


def test_an_open_fence_of_much_white_space_is_read_at_once():
    answer = "```json\n{" + " " * 190_000

    assert scorer("json_fields").score(answer, {"a": 1}).value == 0.0
