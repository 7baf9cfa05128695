"""The main way is walked by keyboard alone: Tab, Space, arrows, Enter and typing."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from advisor.accounts.models import Team, User
from advisor.reports.models import DecisionRecord
from advisor.runs.models import Run
from advisor.runs.services import close_engines, run_inline
from tests import people
from tests.web_pages import test_in_a_browser as web
from tests.wizard.walk import GOAL

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
alice, team, chromium = people.alice, people.team, web.chromium
MOST_STOPS = 150
# What a screen reader would call the focused element, and whether focus can be seen.
FOCUSED = """
() => {
  const at = document.activeElement;
  const label = at.labels?.[0]?.innerText ?? at.getAttribute('aria-label') ?? '';
  const called = (label || at.innerText || '').trim().split('\\n')[0];
  // A date's parts have their own rings; after the last stop it is the browser's turn.
  const own = at.id === 'main' || at.type === 'date' || at === document.body;
  return [called, own || getComputedStyle(at).outlineStyle !== 'none'];
}
"""


class Keyboard:
    """Hands that never leave the keys."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.unseen: list[str] = []

    def reach(self, name: str) -> None:
        """Press Tab until something of this name has the focus."""
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            called, seen = self.page.evaluate(FOCUSED)
            if not seen:
                self.unseen.append(called)
            if called.startswith(name):
                return
        raise AssertionError(f"{MOST_STOPS} stops, and none is called {name!r}")

    def press(self, name: str, key: str = "Enter") -> None:
        self.reach(name)
        self.page.keyboard.press(key)

    def type(self, name: str, text: str) -> None:
        self.reach(name)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def empty(self, name: str) -> None:
        self.type(name, "")
        self.page.keyboard.press("Delete")


@pytest.fixture(autouse=True)
def short_times(settings: Any) -> Iterator[None]:
    """A tiny model is measured for a moment only."""
    settings.QUIET_SECONDS = settings.SPEED_REPEATS = 0
    settings.SPEED_SECONDS = 1
    yield
    close_engines()


def test_from_the_front_door_to_the_accepted_decision(
    chromium: Browser, live_server: LiveServer, alice: User, team: Team
):
    visit = web.opened(chromium, live_server)
    page = visit.go("/")
    keys = Keyboard(page)
    keys.type("Work e-mail", alice.email)
    keys.type("Password", people.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/t/team-atlas/")
    keys.press("New project")
    page.wait_for_url("**/projects/new/**")
    keys.type("Project name", GOAL["name"])
    keys.type("Goal", GOAL["goal"])
    keys.press("Classification", "Space")
    keys.press("Someone notices", "ArrowDown")
    keys.type("Decision owner", "Lead architect")
    keys.press("Continue to constraints")
    page.wait_for_url("**/setup/constraints/")
    keys.empty("Quality margin")
    keys.type("Minimum quality", "1")
    keys.empty("Slowest acceptable answer")
    keys.press("Continue to sample tasks")
    page.wait_for_url("**/setup/samples/")
    keys.press("Use the built-in support tickets")
    expect(page.get_by_text("160 ready")).to_be_visible()
    keys.press("Continue to candidates")
    page.wait_for_url("**/setup/candidates/")
    keys.press("tickets-small", "Space")
    keys.press("Put under test")
    expect(page.get_by_role("rowheader", name="tickets-small")).to_be_visible()
    keys.press("Continue to review and launch")
    page.wait_for_url("**/setup/review/")
    keys.press("Launch run 1")
    page.wait_for_url("**/runs/1/")
    there = page.url.removeprefix(visit.base)
    # Here one database in memory is shared: nobody looks while it is written.
    page.goto("about:blank")
    run_inline(Run.objects.get(team=team))
    visit.go(there)
    keys.press("Open the comparison")
    page.wait_for_url("**/compare/")
    keys.press("Accept recommendation")
    expect(page.locator("#decide-dialog")).to_be_visible()
    keys.type("Note for the record", "The smallest that holds.")
    keys.press("Accept")
    page.wait_for_url("**/report/")
    record = DecisionRecord.objects.get(signed_at__isnull=False)
    assert (record.model, record.verdict) == ("tickets-small", "accepted")
    assert keys.unseen == []
    assert visit.wrong == []
