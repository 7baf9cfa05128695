"""Columns are mapped, prompts have a place for the input, scorers are tried."""

import json

import pytest

from advisor.projects.forms import MappingForm, ScoringForm
from advisor.projects.forms.samples import SCORERS
from advisor.scoring.registry import SCORERS as KNOWN

TYPED = {"prompt": "{input}", "scorer": "exact_match", "max_output_tokens": "32"}
NEEDS = {
    "regex": {"pattern": "x"},
    "label_accuracy": {"labels": ["a", "b"]},
    "several": [{"name": "contains", "weight": 2}, {"name": "rouge_l"}],
}


def test_a_mapping_holds_what_was_chosen():
    typed = {"input": "text", "expected": "label", "id": "", "group": "", "tags": "t"}
    form = MappingForm(typed, columns=["text", "label", "t"])
    assert form.is_valid()
    assert form.mapping() == {"input": "text", "expected": "label", "tags": "t"}


def test_a_mapping_needs_the_column_of_the_input():
    form = MappingForm({"expected": "label"}, columns=["text", "label"])
    assert form.errors == {"input": ["Choose the column that holds the input"]}


def test_each_file_has_columns_of_its_own():
    one, two = MappingForm(columns=["a"]), MappingForm(columns=["b"])
    assert one.fields["input"].choices == [("a", "a")]
    assert two.fields["input"].choices == [("b", "b")]


def test_a_prompt_is_no_longer_than_a_setup_may_hold():
    form = ScoringForm({**TYPED, "prompt": "{input}" + "x" * 100_000})
    assert form.errors == {"prompt": ["Shorten it to 100,000 characters"]}


def test_every_scorer_can_be_chosen():
    assert {name for name, _ in SCORERS} == {*KNOWN, "several"}


@pytest.mark.parametrize("name", [name for name, _ in SCORERS])
def test_a_scorer_goes_to_the_document_and_back(name: str):
    options = NEEDS.get(name)
    typed = {**TYPED, "scorer": name, "options": json.dumps(options) if options else ""}
    form = ScoringForm(typed)
    assert form.is_valid(), form.errors
    document = form.into({"seed": 1})
    assert document["seed"] == 1
    shown = ScoringForm.initial_from(document)
    again = ScoringForm({**shown, "max_output_tokens": str(shown["max_output_tokens"])})
    assert again.is_valid()
    assert again.into({"seed": 1}) == document


def test_a_scorer_without_options_is_its_name():
    form = ScoringForm({**TYPED, "options": "  "})
    assert form.is_valid()
    assert form.spec() == "exact_match"


@pytest.mark.parametrize(
    ("scorer", "options"),
    [
        ("regex", '{"pattern": "("}'),
        ("regex", '{"patern": "x"}'),
        ("numeric", "{nonsense"),
        ("numeric", "[1]"),
        ("numeric", '{"tolerance": NaN}'),
        ("numeric", '{"a": ' * 2000),
        ("several", '{"name": "contains"}'),
        ("several", ""),
        ("several", '[{"name": "warp"}]'),
    ],
)
def test_options_that_cannot_be_used_are_told_at_their_field(scorer, options):
    form = ScoringForm({**TYPED, "scorer": scorer, "options": options})
    assert not form.is_valid()
    assert list(form.errors) == ["options"]


def test_a_prompt_says_where_the_input_goes():
    form = ScoringForm({**TYPED, "prompt": "Name the desk."})
    assert form.errors == {"prompt": ["Put {input} where the sample belongs"]}


def test_a_prompt_keeps_its_spaces_and_has_one_kind_of_line_end():
    form = ScoringForm({**TYPED, "prompt": " Q: {input}\r\nA: "})
    assert form.is_valid()
    assert form.into({})["prompt"] == " Q: {input}\nA: "


WEIGHTED = {
    "scorer": "json_fields",
    "weight": "60",
    "scorer_2": "json_valid",
    "weight_2": "25",
    "scorer_3": "rouge_l",
    "weight_3": "15",
}


def test_several_scores_are_typed_with_weights_that_add_up():
    form = ScoringForm({**TYPED, **WEIGHTED})
    assert form.is_valid(), form.errors
    document = form.into({})
    assert document["scorer"] == [
        {"name": "json_fields", "weight": 60.0},
        {"name": "json_valid", "weight": 25.0},
        {"name": "rouge_l", "weight": 15.0},
    ]
    shown = ScoringForm.initial_from(document)
    assert (shown["scorer"], shown["weight"], shown["scorer_3"]) == (
        "json_fields",
        60.0,
        "rouge_l",
    )


def test_weights_that_do_not_add_up_are_told():
    form = ScoringForm({**TYPED, **WEIGHTED, "weight_3": "5"})
    assert form.errors["weight"] == ["Weights add up to 90%. Make them 100%"]


def test_weights_start_equal_and_come_back_as_they_were():
    typed = {**TYPED, "scorer": "contains", "scorer_2": "chrf", "scorer_3": "rouge_l"}
    document = filled(typed)
    assert [one["weight"] for one in document["scorer"]] == [33.333333] * 3
    again = ScoringForm(initial=ScoringForm.initial_from(document))
    sent = {one.name: one.value() for one in again if one.value() not in (None, "")}
    assert filled(sent) == document


@pytest.mark.parametrize(
    ("kinds", "name"),
    [
        (["extraction", "summary"], "json_fields"),
        (["summary"], "rouge_l"),
        ([], "exact_match"),
    ],
)
def test_the_kind_of_task_proposes_a_score(kinds: list[str], name: str):
    assert ScoringForm.initial_from({"task_kinds": kinds})["scorer"] == name


def filled(typed: dict[str, object]) -> dict[str, object]:
    form = ScoringForm(typed)
    assert form.is_valid(), form.errors
    return form.into({})
