"""Wizard, run and comparison in a real Chromium, with scripts and without.

Half way they are accessible in light and dark, inside their width and quiet too.
"""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from pytest_django.live_server_helper import LiveServer

from advisor.accounts.models import Team, User
from advisor.runs.services import close_engines
from tests import people
from tests.browser import decided
from tests.browser.looking import faults_of
from tests.services import require
from tests.web_pages import test_in_a_browser as web
from tests.wizard.walk import GOAL, SCORING, Walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

alice, team, chromium = people.alice, people.team, web.chromium
STEPS = ("samples", "candidates", "review")
SERVER = {
    "base_url": "https://models.example.com/v1",
    "model": "small-1",
    "hosting": "public_api",
}


@pytest.fixture
def walk(team: Team, alice: User) -> Walk:
    client = Client()
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    return Walk(client, team)


@pytest.fixture
def places(walk: Walk) -> list[str]:
    """Pages in a state that a project with one of everything is not in."""
    waiting = Walk(walk.client, walk.team, "waiting")
    decided.set_up(waiting, samples=30, name="Waiting")
    waiting.launch()
    draft = Walk(walk.client, walk.team, "draft")
    draft.begin(name="Draft")
    draft.limit(margin="5", memory="0.5")
    draft.post("samples/pack")
    draft.add("local", "large", model="builtin/tickets-large", precision="fp32")
    draft.add("endpoint", "api", **SERVER)
    wrong, empty = (Walk(walk.client, walk.team, name) for name in ("wrong", "empty"))
    wrong.begin(name="Wrong")
    wrong.upload(decided.tickets(30).replace(b'"id": "t003"', b'"id": "t002"'))
    empty.begin(name="Empty")
    return [
        *(f"{draft.base}setup/{step}/" for step in ("constraints", *STEPS)),
        f"{wrong.base}setup/samples/",
        f"{empty.base}setup/review/",
        f"{waiting.base}runs/1/",
        f"{waiting.base}runs/1/compare/",
    ]


def test_pages_half_way_are_accessible_quiet_and_inside_their_width(
    places: list[str], chromium: Browser, live_server: LiveServer, alice: User
):
    require(web.AXE.exists(), "npm, then npm ci for axe-core")
    calm = {"color_scheme": "light", "reduced_motion": "reduce"}
    visit = web.opened(chromium, live_server, alice, **calm)
    wrong = [fault for path in places for fault in faults_of(visit.go(path), path)]
    visit.page.context.close()
    assert wrong + visit.wrong == []


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def fill(page: Page, **texts: str) -> None:
    for name, typed in texts.items():
        page.locator(f"[name={name}]:visible").first.fill(typed)


def attach(page: Page, name: str, content: bytes) -> None:
    file: Any = {"name": name, "mimeType": "text/plain", "buffer": content}
    page.locator("[name=file]:visible").first.set_input_files(file)


def test_without_scripts_a_goal_becomes_a_launched_run(
    chromium: Browser, live_server: LiveServer, alice: User, walk: Walk
):
    visit = web.opened(chromium, live_server, alice, java_script_enabled=False)
    page = visit.go(walk.home)
    page.get_by_role("link", name="New project").first.click()
    fill(page, name=GOAL["name"], goal=GOAL["goal"], owner="Lead architect")
    page.get_by_label("Classification").check()
    page.get_by_label("It costs rework or a delay").check()
    press(page, "Continue to constraints")
    fill(page, margin="20", p95="1,5")
    page.locator("[name=p95_level]").select_option("prefer")
    press(page, "Continue to sample tasks")
    attach(page, "tickets.jsonl", decided.tickets(40))
    press(page, "Upload")
    expect(page.get_by_text("40 ready")).to_be_visible()
    fill(page, prompt=SCORING["prompt"], max_output_tokens="16")
    press(page, "Continue to candidates")
    for model, role in ((decided.REFERENCE, "reference"), (decided.MODELS[0], "")):
        page.locator("summary", has_text="Recorded answers").click()
        panel = page.locator("details", has=page.locator("[name=parameters]"))
        panel.locator("[name=id]").fill(model.name)
        panel.locator("[name=role]").select_option(role or "candidate")
        attach(page, "answers.jsonl", decided.answers(model, 40))
        panel.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_role("rowheader", name=model.name)).to_be_visible()
    press(page, "Continue to review and launch")
    page.get_by_label("Run all samples").check()
    press(page, "Launch run 1")
    page.wait_for_url("**/runs/1/")

    assert "Queued" in page.content() or "Waiting" in page.content()
    assert walk.run.candidates.count() == 2
    assert visit.wrong == []


def test_a_slider_ranks_again_at_once_and_is_kept_on_request(
    chromium: Browser, live_server: LiveServer, alice: User, walk: Walk
):
    decided.set_up(walk, samples=120)
    decided.decide(walk)
    close_engines()
    visit = web.opened(chromium, live_server, alice)
    page = visit.go(f"{walk.base}runs/1/compare/")
    result = page.locator("#what-if-result")
    expect(result).to_contain_text("Would use maple-4b")
    expect(result).not_to_contain_text("Recorded")
    slider = page.locator("#minimum-range")
    page.locator("#minimum").fill("72,5")
    expect(slider).to_have_value("72.5")
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator("#minimum")).to_have_value("100")
    expect(result).to_contain_text("Recorded: maple-4b.")
    note = page.locator("#chart-trade-off-note")
    expect(note).to_have_text(
        "Under the limits you try: None of 6 candidates meets every constraint."
    )
    told = note.inner_text().partition(": ")[2]
    drawn = page.locator("[data-chart=chart-trade-off]")
    expect(drawn).to_have_attribute("aria-label", told)
    expect(drawn.get_by_text("Quality floor 100.0")).to_be_visible()
    press(page, "Save as setup version 2")
    page.wait_for_url("**/setup/review/")
    page = visit.go(f"{walk.base}setup/constraints/")
    assert page.locator("[name=minimum]").input_value() == "100"
    assert visit.wrong == []


def test_what_is_typed_shows_its_consequence_and_is_sent_by_its_button(
    chromium: Browser, live_server: LiveServer, alice: User, walk: Walk
):
    walk.begin()
    visit = web.opened(chromium, live_server, alice)
    page = visit.go(f"{walk.base}setup/constraints/")
    fill(page, volume="2,628,000")
    expect(page.locator("#effect")).to_contain_text("1.0 requests/s")
    assert page.url.endswith("/setup/constraints/")
    assert walk.document["constraints"] == {"quality_margin": 0.05}
    press(page, "Continue to sample tasks")
    page.wait_for_url("**/setup/samples/")
    assert walk.document["constraints"]["monthly_requests"] == 2_628_000
    assert visit.wrong == []


def test_a_search_stands_in_the_address_once_and_in_what_leads_on(
    chromium: Browser, live_server: LiveServer, alice: User, walk: Walk
):
    walk.begin(name="Claims")
    visit = web.opened(chromium, live_server, alice)
    page = visit.go(walk.home)
    for text in ("c", "cl", "cla"):
        page.get_by_label("Search projects").fill(text)
        expect(page).to_have_url(
            f"{live_server.url}{walk.home}?q={text}&show=all&sort=last"
        )
    for name in ("Export CSV", "Decided 0"):
        leads = page.get_by_role("link", name=name).get_attribute("href") or ""
        assert "q=cla&" in leads
    assert visit.wrong == []


def test_a_printed_record_wastes_no_paper(
    chromium: Browser, live_server: LiveServer, alice: User, walk: Walk
):
    decided.set_up(walk, samples=120)
    decided.decide(walk)
    close_engines()
    page = web.opened(chromium, live_server, alice).go(f"{walk.base}runs/1/report/")
    printed = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))
    feet = [len(one.extract_text()) for one in printed.pages[:-1]]
    assert min(feet) > 200, feet
