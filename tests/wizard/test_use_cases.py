"""A project may start from a use case: the form is filled, each number has a source."""

import re

import pytest

from advisor.projects.facts import UseCase, use_case, use_cases
from advisor.projects.forms import GoalForm, LimitsForm, ScoringForm
from advisor.projects.schema import parse_setup
from tests.wizard.walk import GOAL, Walk, text

ids = [one.slug for one in use_cases()]


def test_there_are_enough_and_each_is_named_once():
    assert len(use_cases()) >= 10
    assert len(set(ids)) == len(ids)
    assert use_case("no-such-case") is None
    assert use_case(None) is None


@pytest.mark.parametrize("case", use_cases(), ids=ids)
def test_every_number_says_where_it_comes_from(case: UseCase):
    assert case.values
    for one in case.values:
        dated = re.fullmatch(r"\d{4}(-\d\d-\d\d)?", one.source.as_of)
        sourced = one.source.url.startswith("https://") and dated
        assert sourced or one.source.title == "Rule of thumb", one


@pytest.mark.parametrize("case", use_cases(), ids=ids)
def test_what_it_fills_in_is_a_valid_setup_and_valid_in_the_form(case: UseCase):
    document = case.document()
    goal = {"name": "A name", "owner": "Somebody", "goal": case.goal}
    goal |= {"task_kinds": list(case.task_kinds), "wrong_answer": case.wrong_answer}
    form = GoalForm(goal)
    assert form.is_valid(), form.errors
    whole = {**form.into(document), "project": "A name", "samples": 1}
    model = {"engine": "recorded", "upload": 1}
    parse_setup(
        {
            **whole,
            "reference": {"id": "r", **model},
            "candidates": [{"id": "c", **model}],
        },
        stored=True,
    )
    for kind, shown in (
        (LimitsForm, LimitsForm.initial_from(document)),
        (ScoringForm, ScoringForm.initial_from(document)),
    ):
        blank = kind(initial=shown)
        sent = {one.name: one.value() for one in blank if one.value() is not None}
        filled = kind({k: v for k, v in sent.items() if v not in (False, "")})
        assert filled.is_valid(), filled.errors


def test_a_use_case_fills_the_form_and_the_setup_remembers_it(walk: Walk):
    address = f"{walk.home}projects/new/?use_case=rag-answers"
    page = text(walk.client.get(address))
    assert "Started from: Answers from passages." in page
    assert "Answer each question from the passages" in page
    walk.begin(use_case="rag-answers")
    document = walk.document
    assert document["use_case"] == "rag-answers"
    assert document["output_tokens"] == 129
    assert document["constraints"]["ttft_ms"] == 1000
    assert document["goal"] == GOAL["goal"]


def test_step_two_names_the_source_of_each_number(walk: Walk):
    walk.begin(use_case="rag-answers")
    page = text(walk.open("constraints"))
    assert "Started from Answers from passages" in page
    assert "Splitwise (ISCA 2024)" in page
    assert "Rule of thumb" in page
    assert 'value="8,192"' in page


def test_without_one_the_fields_start_as_the_help_says(walk: Walk):
    walk.begin()
    page = text(walk.open("constraints"))
    for value in ("3", "8,192", "200", "English"):
        assert f'value="{value}"' in page, value
    walk.limit(margin="5")
    assert 'value="8,192"' not in text(walk.open("constraints"))


def test_a_use_case_that_is_none_fills_nothing(walk: Walk):
    walk.begin(use_case="warp-drive")
    assert "use_case" not in walk.document
