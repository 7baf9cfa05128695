"""In a real Chromium: what pages do by themselves, with scripts and without."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from advisor.accounts.models import Role, Team, User
from tests.services import require

from .conftest import membership

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
AXE = Path(settings.BASE_DIR) / "node_modules/axe-core/axe.min.js"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
]
# How long anything may take that is waited for, on a machine busy with other tests.
PATIENCE_MS = 60_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextmanager
def launched() -> Iterator[Browser]:
    """Run a browser whose pages, and what is expected of them, may take their time."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=2 * PATIENCE_MS
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    require(CHROMIUM.exists(), "chromium")
    # Playwright keeps an event loop, in which Django refuses to touch the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with launched() as browser:
        yield browser
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Visit:
    """One visitor's window; remembers everything that went wrong in it."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.page: Page = context.new_page()
        self.base = base
        self.wrong: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type == "error" and "404 (Not Found)" not in message.text:
            self.wrong.append(message.text)

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.wrong.append(f"a request left: {request.url}")

    def go(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page


def opened(
    chromium: Browser, server: LiveServer, user: User | None = None, **options: Any
) -> Visit:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, **options)
    context.set_default_timeout(PATIENCE_MS)
    if user is not None:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": server.url}
        context.add_cookies([cookie])
    return Visit(context, server.url)


def faults(page: Page) -> list[str]:
    """What axe finds wrong, by the rules of WCAG 2.2 AA."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "rules => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES
    )
    return [
        f"{v['id']}: {node['html'][:140]} {node.get('any', [{}])[:1]}"
        for v in found["violations"]
        for node in v["nodes"]
    ]


def test_the_accessibility_check_finds_what_is_wrong(chromium, live_server):
    require(AXE.exists(), "npm, then npm ci for axe-core")
    page = opened(chromium, live_server).go("/help/")
    page.evaluate("document.querySelector('h1').style.color = '#ddd'")
    page.evaluate("document.querySelector('main').append(new Image())")
    found = " ".join(faults(page))
    assert "color-contrast" in found
    assert "image-alt" in found


def test_the_theme_switch_works_at_once_and_is_remembered(chromium, live_server):
    visit = opened(chromium, live_server, color_scheme="light")
    page = visit.go("/help/")
    page.locator("[data-theme-toggle]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(15, 20, 24)"
    )
    assert visit.go("/privacy/").locator("html").get_attribute("data-theme") == "dark"
    assert visit.wrong == []


def test_without_javascript_the_switch_posts(chromium, live_server):
    visit = opened(chromium, live_server, java_script_enabled=False)
    page = visit.go("/help/")
    page.locator("[data-theme-toggle]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.url.endswith("/help/")


def test_the_first_stop_of_the_keyboard_skips_to_the_content(chromium, live_server):
    page = opened(chromium, live_server).go("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_wrong_form_takes_the_focus_to_its_summary(chromium, live_server):
    page = opened(chromium, live_server).go("/sign-in/")
    page.locator("main button").click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator(".errsum")).to_be_focused()
    page.locator(".errsum a").first.click()
    expect(page.locator("#id_login")).to_be_focused()


def test_a_role_changes_as_soon_as_it_is_chosen_and_back_by_undo(
    chromium, live_server, team: Team, alice: User, bob: User
):
    visit = opened(chromium, live_server, alice)
    # The page's clock goes on by hand: a notice leaves after eight of its seconds.
    visit.page.clock.install(time=0)
    visit.page.clock.pause_at(1)
    page = visit.go("/t/team-atlas/settings/members/")
    with page.expect_navigation():
        page.get_by_label("Role of Bob").select_option("editor")
    assert page.locator(".toast").inner_text() == "Bob is editor now.\nUndo"
    assert membership(team, bob).role == Role.EDITOR
    with page.expect_navigation():
        page.get_by_role("button", name="Undo").click()
    assert page.locator(".toast").inner_text() == "Bob is viewer now.\nUndo"
    assert membership(team, bob).role == Role.VIEWER
    page.clock.run_for(8000)
    expect(page.locator(".toast")).to_have_count(0)
    assert visit.go("/t/team-atlas/settings/members/").locator("#undo").count() == 0
    assert visit.wrong == []


def test_a_menu_closes_by_escape_and_gives_the_focus_back(
    chromium, live_server, team: Team, alice: User
):
    page = opened(chromium, live_server, alice).go("/account/")
    summary = page.locator("details.team").first.locator("summary")
    summary.click()
    expect(page.get_by_role("link", name="Create a team")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Create a team")).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_specimen_chart_is_drawn_in_both_themes(chromium, live_server):
    visit = opened(chromium, live_server, color_scheme="light")
    page = visit.go("/styleguide/")
    page.wait_for_selector(".plot .main-svg")
    page.wait_for_selector(".plot text.annotation-text")
    colour = (
        "getComputedStyle(document.querySelector('.plot text.annotation-text')).fill"
    )
    light = page.evaluate(colour)
    page.locator("[data-theme-toggle]").click()
    page.wait_for_function(f"() => {colour} !== '{light}'")
    assert visit.wrong == []


def test_paper_is_light_whatever_the_theme(chromium, live_server):
    page = opened(chromium, live_server, color_scheme="dark").go("/help/")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    ink = "getComputedStyle(document.body).color"
    assert page.evaluate(ink) == "rgb(20, 25, 31)"
    page.emulate_media(media="screen")
    assert page.evaluate(ink) == "rgb(231, 236, 240)"
