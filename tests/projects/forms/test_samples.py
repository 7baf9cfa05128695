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
