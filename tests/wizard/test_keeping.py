"""What was typed half way is kept as it is, checked by nobody, and never lost."""

import re

import pytest

from advisor.accounts.models import User
from advisor.projects.models import Project
from tests.people import Browser
from tests.wizard.walk import GOAL, Walk, text


@pytest.fixture
def begun(walk: Walk) -> Walk:
    walk.begin()
    return walk


def test_what_no_form_would_take_is_kept_and_shown_again(begun: Walk):
    before = begun.document
    answer = begun.post(
        "constraints/keep", {"margin": "5o", "p95": "2,", "minimum": ""}
    )
    assert text(answer).strip().startswith("Draft saved ")
    page = text(begun.open("constraints"))
    assert 'value="5o"' in page
    assert 'value="2,"' in page
    assert "You left this step half way." in page
    assert "There is a problem" not in page
    assert begun.document == before


def test_ticks_and_lists_are_kept_too(begun: Walk):
    begun.post("goal/keep", {**GOAL, "task_kinds": ["summary", "code"], "name": ""})
    page = text(begun.open("goal"))
    for kind, ticked in (("summary", True), ("code", True), ("classification", False)):
        box = page.split(f'value="{kind}"')[1].split(">")[0]
        assert ("checked" in box) is ticked, kind
    assert begun.document["task_kinds"] == ["classification"]


def test_continue_checks_and_forgets_what_was_kept(begun: Walk):
    begun.post("constraints/keep", {"margin": "x"})
    assert begun.limit(margin="x").status_code == 422
    assert begun.draft.typed == {"constraints": {"margin": ["x"]}}
    begun.limit(margin="7")
    assert begun.draft.typed == {}
    assert begun.document["constraints"] == {"quality_margin": 0.07}


def test_save_and_close_keeps_without_scripts(begun: Walk):
    answer = begun.post("constraints", {"margin": "not yet", "then": "close"})
    assert (answer.status_code, answer.url) == (302, begun.home)
    assert 'value="not yet"' in text(begun.open("constraints"))


def test_a_new_project_is_kept_for_who_types_it_and_is_none_yet(
    walk: Walk, browser: Browser, alice: User
):
    walk.client.post(f"{walk.home}projects/new/keep/", {**GOAL, "goal": "Half a"})
    assert not Project.objects.exists()
    page = text(walk.client.get(f"{walk.home}projects/new/"))
    assert "Half a</textarea>" in page
    assert "Half a" not in text(browser(alice).get(f"{walk.home}projects/new/"))
    walk.begin()
    assert "Half a" not in text(walk.client.get(f"{walk.home}projects/new/"))


def test_a_key_is_never_kept(begun: Walk):
    begun.post("goal/keep", {"name": "A", "key": "sk-secret"})
    assert "key" not in begun.draft.typed["goal"]


def test_what_comes_after_the_step_was_confirmed_is_not_kept(begun: Walk):
    here = f"{begun.base}setup/goal/"
    address = begun.client.get(here).context["page"].keep
    changed = {**GOAL, "goal": "Say where a letter belongs in one word."}
    assert begun.post("goal", changed).status_code == 302
    assert begun.client.post(address, {"name": "A"}).status_code == 204
    assert "goal" not in begun.draft.typed
    address = begun.client.get(here).context["page"].keep
    assert begun.client.post(address, {"name": "A"}).status_code == 200
    assert begun.draft.typed["goal"] == {"name": ["A"]}


def test_what_comes_after_a_step_that_changed_nothing_is_not_kept_either(begun: Walk):
    begun.limit(margin="5")
    keep = re.search(
        r'hx-post="[^"]*/constraints/(keep/[^"]*)"', text(begun.open("constraints"))
    )
    assert keep is not None
    before = begun.document
    begun.limit(margin="5")
    late = f"{begun.base}setup/constraints/{keep[1]}"
    assert begun.client.post(late, {"margin": "5"}).status_code == 204
    assert begun.draft.typed == {}
    assert begun.document == before
    assert "You left this step half way." not in text(begun.open("constraints"))


def test_only_editors_keep(begun: Walk, bob: User, charlie: User, browser: Browser):
    address = f"{begun.base}setup/goal/keep/"
    assert browser(bob).post(address).status_code == 403
    assert browser(charlie).post(address).status_code == 404
