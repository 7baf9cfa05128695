"""How it is run and decided goes to the document and back."""

import pytest

from advisor.projects.forms import ReviewForm
from tests.wizard.walk import REVIEW


def test_what_is_typed_is_what_is_decided_by():
    form = ReviewForm({**REVIEW, "seed": "7", "budget_usd": "5", "objective": "size"})
    assert form.is_valid()
    assert form.into({"goal": "x"}) == {
        "goal": "x",
        "objective": "size",
        "promise": "traffic",
        "stop": "exhausted",
        "repeats": 1,
        "seed": 7,
        "budget_usd": 5.0,
    }


@pytest.mark.parametrize(
    ("ticked", "stop"), [({"exhausted": "on"}, "exhausted"), ({}, "decided")]
)
def test_all_samples_are_run_where_ticked(ticked, stop):
    typed = {key: value for key, value in REVIEW.items() if key != "exhausted"}
    form = ReviewForm({**typed, **ticked})
    assert form.is_valid()
    assert form.into({})["stop"] == stop
    assert ReviewForm.initial_from({"stop": stop})["exhausted"] is bool(ticked)


def test_without_a_cap_there_is_none():
    form = ReviewForm({**REVIEW, "budget_usd": ""})
    assert form.is_valid()
    assert form.into({})["budget_usd"] is None


def test_the_defaults_are_those_of_the_schema():
    assert ReviewForm.initial_from({}) == {
        "objective": "cost",
        "promise": "traffic",
        "exhausted": False,
        "repeats": 1,
        "seed": 0,
        "budget_usd": None,
        "consent": False,
        "consent_personal_data": False,
    }


def test_samples_leave_the_network_only_with_consent():
    form = ReviewForm(REVIEW, outside=("api", "large"))
    assert "Each input goes to api, large, outside" in form.fields["consent"].help_text
    assert "Confirm that these samples may be sent" in form.errors["consent"][0]
    given = ReviewForm({**REVIEW, "consent": "on"}, outside=("api",))
    assert given.is_valid()
    assert given.into({})["consent"] is True


def test_nobody_is_asked_where_nothing_leaves():
    assert "consent" not in ReviewForm(REVIEW).fields
