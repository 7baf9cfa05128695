"""The goal opens the report; what happens when an answer is wrong sets the margin."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from advisor.projects.forms import GoalForm
from tests.days import on_one_day
from tests.wizard.walk import GOAL


def filled(**changes: object) -> GoalForm:
    form = GoalForm({**GOAL, **changes})
    assert form.is_valid(), form.errors
    return form


@pytest.mark.parametrize(
    ("harm", "margin"), [("corrected", 0.10), ("rework", 0.05), ("harm", 0.03)]
)
def test_the_harm_of_a_wrong_answer_sets_the_first_margin(harm: str, margin: float):
    document = filled(wrong_answer=harm).into({})
    assert document["constraints"] == {"quality_margin": margin}


def test_a_margin_that_was_set_stays():
    before = {"constraints": {"quality_margin": 0.02}}
    document = filled(wrong_answer="corrected").into(before)
    assert document["constraints"] == {"quality_margin": 0.02}


def test_a_margin_that_was_emptied_stays_empty():
    before = {"wrong_answer": "rework", "constraints": {"min_quality": 0.8}}
    document = filled(wrong_answer="harm").into(before)
    assert document["constraints"] == {"min_quality": 0.8}


def test_what_is_stored_is_shown_again():
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    document = filled(decide_by=tomorrow).into({"seed": 3})
    assert document["seed"] == 3
    shown = GoalForm.initial_from(document, "Ticket routing")
    assert shown == {**GOAL, "decide_by": tomorrow, "use_case": None}


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"name": "ab"}, "name", "Use at least 3 characters for the name"),
        ({"goal": "Short"}, "goal", "Describe the goal in at least 20 characters"),
        ({"goal": ""}, "goal", "Describe the goal in at least 20 characters"),
        ({"task_kinds": []}, "task_kinds", "Choose at least one kind of task"),
        ({"wrong_answer": ""}, "wrong_answer", "Choose what happens when an answer"),
        ({"owner": "x"}, "owner", "at least 2 characters"),
        ({"decide_by": "2020-01-01"}, "decide_by", "Choose today or a later date"),
        ({"decide_by": "soon"}, "decide_by", "Choose today or a later date"),
    ],
)
def test_a_wrong_answer_is_told_at_its_field(changes, field, told):
    form = GoalForm({**GOAL, **changes})
    assert list(form.errors) == [field]
    assert told in form.errors[field][0]


def test_today_is_no_past_date():
    def refused(today: date) -> list[str]:
        return list(GoalForm({**GOAL, "decide_by": today.isoformat()}).errors)

    assert on_one_day(refused) == []
