"""What somebody types is kept while they type, and is there again after a reload."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Browser, Response, expect
from pytest_django.live_server_helper import LiveServer

from advisor.accounts.models import Team, User
from advisor.projects import tasks
from advisor.projects.models import Project
from tests import people
from tests.browser.test_pages import attach, fill, press
from tests.turns import TURN
from tests.web_pages import test_in_a_browser as web
from tests.wizard.test_intakes import large
from tests.wizard.walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

alice, team, chromium = people.alice, people.team, web.chromium


@pytest.fixture
def walk(team: Team, alice: User) -> Walk:
    client = Client()
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    return Walk(client, team)


def kept(*typed: str) -> Callable[[Response], bool]:
    """Find the answer to the draft that holds all of it: one may be sent in between."""

    def holds_all(answer: Response) -> bool:
        sent = answer.request.post_data or ""
        return "/keep/" in answer.url and all(one in sent for one in typed)

    return holds_all


def test_half_a_step_survives_a_reload_and_is_checked_by_continue_only(
    chromium: Browser, live_server: LiveServer, alice: User, walk: Walk
):
    walk.begin()
    visit = web.opened(chromium, live_server, alice)
    page = visit.go(f"{walk.base}setup/constraints/")
    with page.expect_response(kept("margin=5o", "budget=2%2C0")):
        fill(page, margin="5o", budget="2,0")
    page.reload()
    assert page.locator("[name=margin]").input_value() == "5o"
    assert page.locator("[name=budget]").input_value() == "2,0"
    expect(page.get_by_text("You left this step half way.")).to_be_visible()
    expect(page.get_by_text("There is a problem")).to_have_count(0)
    press(page, "Continue to sample tasks")
    link = page.get_by_role("link", name="Enter a margin between 0.5 and 30 points")
    expect(link).to_be_visible()
    assert walk.document["constraints"] == {"quality_margin": 0.05}
    assert [one for one in visit.wrong if "422" not in one] == []


def test_what_was_typed_and_could_not_be_kept_is_told_until_it_is(
    chromium: Browser, live_server: LiveServer, alice: User, walk: Walk
):
    walk.begin()
    page = web.opened(chromium, live_server, alice).go(f"{walk.base}setup/goal/")
    page.route(re.compile("/keep/"), lambda route: route.abort())
    fill(page, name="Claims")
    expect(page.get_by_text("What is shown may be old")).to_be_visible()
    page.unroute_all()
    with page.expect_response(kept("name=Claims%20triage")):
        fill(page, name="Claims triage")
    expect(page.get_by_text("What is shown may be old")).to_have_count(0)


def test_a_new_project_that_was_left_is_there_again(
    chromium: Browser, live_server: LiveServer, alice: User, walk: Walk
):
    visit = web.opened(chromium, live_server, alice)
    page = visit.go(f"{walk.home}projects/new/")
    page.get_by_role("link", name="Claims triage").click()
    page.wait_for_url("**use_case=claims-triage")
    fill(page, name="Claims")
    with page.expect_response(kept("name=Claims", "task_kinds=summary")):
        page.get_by_label("Summary").check()
    page = visit.go(f"{walk.home}projects/new/")
    assert page.locator("[name=name]").input_value() == "Claims"
    expect(page.get_by_label("Summary")).to_be_checked()
    assert not Project.objects.exists()
    press(page, "Continue to constraints")
    page.wait_for_url("**/setup/constraints/")
    assert Project.objects.get().setups.get().document["use_case"] == "claims-triage"
    assert visit.wrong == []


def test_a_large_file_shows_its_progress_and_the_page_ends_asking(
    chromium: Browser, live_server: LiveServer, alice: User, walk: Walk
):
    walk.begin()
    walk.limit(margin="5")
    visit = web.opened(chromium, live_server, alice)
    page = visit.go(f"{walk.base}setup/samples/")
    attach(page, "large.jsonl", large())
    press(page, "Upload")
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    with TURN:
        tasks.hint_intakes(False)
    expect(page.get_by_text("2,000 ready")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert not [url for url in asked if "progress" in url]
    # Here one database in memory is shared: polls during the writing are answered 503,
    # which the page outlives.
    assert not [
        one for one in visit.wrong if "503" not in one and "Response" not in one
    ]
