"""A newcomer decides: sign up, team, wizard, run on built-in models, comparison."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from tests.services import PATIENT, require
from tests.web_pages import test_in_a_browser as web

pytestmark = [pytest.mark.browser, pytest.mark.services, pytest.mark.models]

ROLES = ["local", "remote", "default", "dispatcher", "web"]
MODELS = (
    ("large", "tickets-large", "reference"),
    ("small", "tickets-small", "candidate"),
)
PASSWORD = "a long walk on a cold beach"
RUN_MS = 480_000


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    require(web.CHROMIUM.exists(), "chromium")
    with web.launched() as browser:
        yield browser


class Newcomer:
    """One person in a browser of their own; remembers everything that went wrong."""

    def __init__(self, browser: Browser, base: str) -> None:
        context = browser.new_context(accept_downloads=True)
        context.set_default_timeout(web.PATIENCE_MS)
        self.page: Page = context.new_page()
        self.base = base
        self.wrong: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.wrong.append(f"{message.text} at {self.page.url}")

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.wrong.append(f"a request left: {request.url}")

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def type(self, **texts: str) -> None:
        for name, text in texts.items():
            self.page.locator(f"[name={name}]:visible").first.fill(text)

    def press(self, name: str) -> None:
        # A draft is kept while it is typed; leaving in the middle of it aborts that.
        if name.startswith("Continue"):
            # By the page's own clock, which stands still when the page does.
            self.page.evaluate("document.activeElement.blur()")
            self.page.evaluate("() => new Promise(done => setTimeout(done, 900))")
            # A function: text would be read anew at each look, which the pages forbid.
            self.page.wait_for_function(
                "() => !document.querySelector('.htmx-request')"
            )
        self.page.get_by_role("button", name=name, exact=True).first.click()

    def sign_up(self, email: str) -> None:
        self.go("/sign-up/")
        self.type(name="Ada", email=email, password1=PASSWORD)
        self.press("Create account")

    def make_team(self, name: str) -> None:
        self.page.wait_for_url("**/teams/new/")
        self.type(name=name)
        self.press("Create team")

    def state_the_goal(self) -> None:
        self.page.get_by_role("link", name="New project").first.click()
        self.type(
            name="Ticket routing",
            goal="Read each support ticket and name the desk it belongs to.",
            owner="Lead architect",
        )
        self.page.get_by_text("Classification", exact=True).click()
        self.page.get_by_text("It costs rework or a delay").click()
        self.press("Continue to constraints")

    def state_the_limits(self) -> None:
        self.type(margin="10", p95="5")
        self.press("Continue to sample tasks")

    def choose_samples(self) -> None:
        self.press("Use the built-in support tickets")
        expect(self.page.get_by_text("160 ready")).to_be_visible()
        self.press("Continue to candidates")

    def choose_models(self) -> None:
        for key, model, role in MODELS:
            panel = self.page.locator("details", has_text="A model that runs here")
            if panel.get_attribute("open") is None:
                panel.locator("summary").click()
            panel.locator("[name=id]").fill(key)
            panel.locator("[name=role]").select_option(role)
            panel.locator("[name=model]").select_option(f"builtin/{model}")
            panel.get_by_role("button", name="Add", exact=True).click()
            own = re.compile(rf"^{key}\b")
            expect(self.page.get_by_role("rowheader", name=own)).to_be_visible()
        self.press("Continue to review and launch")

    def watch_the_run(self) -> None:
        self.page.get_by_label("Fewest parameters").or_(
            self.page.locator("[name=objective]")
        ).first.select_option("size")
        self.press("Launch run 1")
        self.page.wait_for_url("**/runs/1/")
        link = self.page.get_by_role("link", name="Open the comparison")
        try:
            link.wait_for(timeout=RUN_MS)
        except TimeoutError as late:
            shown = self.page.locator("main").inner_text()
            self.page.reload()
            now = self.page.locator("main").inner_text()
            raise AssertionError(f"shown: {shown}\n\nloaded again: {now}") from late
        link.click()

    def take_the_pdf(self, target: Path) -> None:
        self.page.get_by_role("link", name="PDF report").click()
        self.press("Make the PDF")
        link = self.page.get_by_role("link", name="Download the PDF")
        link.wait_for()
        with self.page.expect_download() as waiting:
            link.click()
        waiting.value.save_as(target)


def text_of(pdf: Path) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True
    )
    return done.stdout.decode()


def test_a_newcomer_reaches_a_decision_and_its_paper(
    postgres_url, services, chromium, tmp_path
):
    """On PostgreSQL; the whole story is told on SQLite."""
    with services(roles=ROLES, DATABASE_URL=postgres_url, **PATIENT) as running:
        visitor = Newcomer(chromium, running.record()["site_url"])
        visitor.sign_up("ada@example.com")
        visitor.make_team("Team Atlas")
        visitor.state_the_goal()
        visitor.state_the_limits()
        visitor.choose_samples()
        visitor.choose_models()
        visitor.watch_the_run()

        page = visitor.page
        sentence = page.locator("#rec").inner_text()
        assert re.match(r"(Use|Undecided|No candidate|Keep)", sentence)
        expect(page.locator("#why-not tbody tr")).to_have_count(len(MODELS))
        page.locator(
            "#chart-trade-off + .plot .main-svg, .plot .main-svg"
        ).first.wait_for()
        page.locator("#samples tbody a").first.click()
        expect(page.locator(".sbs h4")).to_have_count(len(MODELS))

        page.go_back()
        visitor.take_the_pdf(tmp_path / "report.pdf")
        paper = " ".join(text_of(tmp_path / "report.pdf").split())
        assert " ".join(sentence.split()) in paper
        assert visitor.wrong == []
