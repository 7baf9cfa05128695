"""From a goal to a launched run, step by step, as an editor."""

import pytest
from django.test import Client

from advisor.accounts.models import Team, User
from advisor.projects.models import Project, SampleSet, Setup, Upload
from advisor.runs import services
from advisor.runs.models import Run
from tests.people import Browser
from tests.wizard.conftest import answers
from tests.wizard.walk import GOAL, Walk, text


def test_an_editor_goes_from_a_goal_to_a_recommendation(walk: Walk, samples: bytes):
    steps = [
        (walk.begin(), "setup/constraints/"),
        (walk.limit(margin="20", p95="2,5"), "setup/samples/"),
        (walk.upload(samples), "setup/samples/"),
        (walk.score(), "setup/candidates/"),
        (walk.record("large", answers(1), role="reference"), "setup/candidates/"),
        (walk.record("small", answers(2)), "setup/candidates/"),
        (walk.post("candidates"), "setup/review/"),
    ]
    for answer, onwards in steps:
        assert (answer.status_code, answer.url) == (302, f"{walk.base}{onwards}")
    answer = walk.launch()
    assert (answer.status_code, answer.url) == (302, f"{walk.base}runs/1/")

    run = services.run_inline(walk.run)
    assert run.created_by == User.objects.get(email="edith@example.com")
    page = text(walk.client.get(f"{walk.base}runs/1/compare/"))
    assert run.recommendation.sentence.partition(". ")[0] in page


def test_a_launch_freezes_what_was_typed(ready: Walk):
    draft = ready.draft
    ready.launch(seed="7", budget_usd="5", objective="size", promise="samples")
    frozen = Setup.objects.get(pk=draft.pk)
    assert frozen.state == Setup.State.FROZEN
    asked = {key: frozen.document[key] for key in ("seed", "budget_usd", "objective")}
    assert asked == {"seed": 7, "budget_usd": 5.0, "objective": "size"}
    assert (frozen.document["promise"], frozen.document["stop"]) == (
        "samples",
        "exhausted",
    )


def test_reading_any_step_changes_nothing(ready: Walk):
    def rows() -> list[int]:
        kinds = (Project, Setup, SampleSet, Upload, Run)
        return [kind.objects.count() for kind in kinds]

    before, document = rows(), ready.document
    stamp = ready.draft.updated_at
    for step in ("goal", "constraints", "samples", "candidates", "review"):
        assert ready.open(step).status_code == 200
    assert ready.client.get(f"{ready.base}setup/").status_code == 302
    assert ready.client.get(f"{ready.home}projects/new/").status_code == 200
    assert (rows(), ready.document, ready.draft.updated_at) == (before, document, stamp)


def test_reading_the_setup_of_a_frozen_version_opens_no_draft(ready: Walk):
    ready.launch()
    page = text(ready.open("constraints"))
    assert "Version 1 is frozen. A change opens version 2." in page
    assert ready.project.setups.count() == 1
    ready.limit(margin="9")
    assert ready.draft.version == 2
    assert ready.document["constraints"]["quality_margin"] == 0.09
    assert ready.document["candidates"][0]["id"] == "small"


def test_a_draft_survives_leaving_and_signing_in_again(
    walk: Walk, team: Team, edith: User, browser: Browser
):
    walk.begin()
    walk.limit(minimum="80", volume="300,000")
    again = Walk(browser(edith), team)
    assert again.client.get(f"{again.base}setup/").url.endswith("setup/samples/")
    page = text(again.open("constraints"))
    assert 'value="80"' in page
    assert 'value="300,000"' in page


def test_another_editor_sees_the_same_draft(
    walk: Walk, team: Team, alice: User, browser: Browser
):
    walk.begin()
    assert "Lead architect" in text(Walk(browser(alice), team).open("goal"))


def test_a_new_project_is_nothing_until_its_goal_is_valid(walk: Walk):
    page = text(walk.client.get(f"{walk.home}projects/new/"))
    assert "Draft saved" not in page
    assert "/p/new/" not in page
    answer = walk.begin(goal="Too short")
    assert answer.status_code == 422
    assert "Describe the goal in at least 20 characters" in text(answer)
    assert not Project.objects.exists()


def test_a_name_that_is_taken_is_refused_at_its_field(walk: Walk):
    walk.begin()
    answer = walk.begin(name="  Ticket   routing ")
    assert answer.status_code == 422
    told = "Another project is called Ticket routing. Choose a different name"
    assert told in text(answer)
    assert Project.objects.count() == 1


def test_a_rename_keeps_the_address(walk: Walk):
    walk.begin()
    walk.post("goal", {**GOAL, "name": "Desk finder"})
    assert walk.project.name == "Desk finder"


def test_a_team_may_use_the_name_that_another_team_has(
    walk: Walk, charlie: User, browser: Browser
):
    walk.begin()
    elsewhere = Team.objects.get(name="Elsewhere")
    other = Walk(browser(charlie), elsewhere)
    assert other.begin().status_code == 302
    assert other.project.pk != walk.project.pk


STEPS = ("", "goal/", "constraints/", "samples/", "candidates/", "review/")
WRITES = (
    *("goal/", "constraints/", "samples/", "samples/upload/", "samples/pack/"),
    *("samples/1/columns/", "candidates/", "candidates/add/local/"),
    *("candidates/add/recorded/", "candidates/add/endpoint/", "candidates/remove/"),
    "launch/",
)


@pytest.mark.parametrize(
    ("who", "status"), [("bob", 403), ("charlie", 404), (None, 302)]
)
def test_only_editors_get_into_the_wizard(ready, who, status, request, browser):
    client: Client = browser(request.getfixturevalue(who) if who else None)
    before = (ready.document, Setup.objects.count(), Run.objects.count())
    addresses = [f"{ready.base}setup/{step}" for step in STEPS]
    for address in [*addresses, f"{ready.home}projects/new/"]:
        assert client.get(address).status_code == status, address
    for step in WRITES:
        assert client.post(f"{ready.base}setup/{step}").status_code == status, step
    assert (ready.document, Setup.objects.count(), Run.objects.count()) == before


def test_who_is_not_signed_in_is_led_back_to_the_step(ready: Walk, browser: Browser):
    answer = browser(None).get(f"{ready.base}setup/samples/")
    assert answer.url == f"/sign-in/?next={ready.base}setup/samples/"


def test_a_viewer_is_told_whom_to_ask(ready: Walk, bob: User, browser: Browser):
    page = text(browser(bob).get(f"{ready.base}setup/goal/"))
    assert "Viewers cannot set up projects. Ask an editor of Team Atlas." in page
    page = text(browser(bob).post(f"{ready.base}setup/launch/"))
    assert "Viewers cannot launch runs." in page


def test_a_viewer_of_a_draft_reads_that_nothing_ran_and_is_sent_nowhere_shut(
    ready: Walk, bob: User, edith: User, browser: Browser
):
    answer = browser(bob).get(ready.base)
    assert answer.url == f"{ready.base}runs/"
    page = text(browser(bob).get(answer.url))
    assert "No runs yet" in page
    assert "Go to the setup" not in page
    assert "Go to the setup" in text(browser(edith).get(answer.url))
    assert browser(edith).get(ready.base).url == f"{ready.base}setup/"


def test_what_is_wrong_with_a_set_of_choices_is_told_with_its_name(walk: Walk):
    page = text(walk.begin(task_kinds=[]))
    group = page.partition('<fieldset class="field field--group field--error"')[2]
    assert 'aria-describedby="id_task_kinds-hint id_task_kinds-error"' in group
    assert 'id="id_task_kinds-error"' in group
