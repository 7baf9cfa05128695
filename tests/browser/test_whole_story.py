"""A decision from sign-up to removal: two people, a reader outside, one real file.

Sign up, team, wizard with real questions of bank customers, run on built-in models,
comparison, what-if, accept, PDF, share link in a clean browser, a second person invited
as viewer and removed. Nothing in the console, no policy broken, no request leaves.
"""

import csv
import os
import re
from io import StringIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_first_decision import PASSWORD, ROLES, Newcomer, text_of
from tests.browser.test_first_decision import chromium as real_chromium
from tests.services import PATIENT

pytestmark = [
    *(pytest.mark.browser, pytest.mark.services, pytest.mark.models),
    pytest.mark.shared_data,
]
chromium = real_chromium
ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))
BANKING = SHARED / "banking77" / "test.csv"
ROWS = 30
PROMPT = "Name the intent of this question.\n{input}\nIntent:"


def questions() -> bytes | None:
    """Thirty real questions, some of each kind; None where the data is not at hand."""
    if not BANKING.exists():
        return None
    with BANKING.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    text = StringIO()
    csv.writer(text).writerows([head, *rows[:: len(rows) // ROWS][:ROWS]])
    return text.getvalue().encode()


class Person(Newcomer):
    """Somebody in a browser of their own."""

    def upload(self, content: bytes) -> None:
        file = {"name": "banking77.csv", "mimeType": "text/csv", "buffer": content}
        self.page.locator("[name=file]:visible").first.set_input_files(file)
        self.press("Upload")
        use = self.page.get_by_role("button", name="Use these columns")
        ready = self.page.get_by_text(f"{ROWS} samples").first
        use.or_(ready).first.wait_for()
        if use.is_visible() and not ready.is_visible():
            use.click()
        expect(ready).to_be_visible()

    def state_the_limits(self) -> None:
        # No limit on time: the machine of a test may be busy with others.
        self.type(margin="20", p95="")
        self.press("Continue to sample tasks")

    def choose_samples(self) -> None:
        content = questions()
        if content is None:
            super().choose_samples()
            return
        self.upload(content)
        self.type(prompt=PROMPT, max_output_tokens="12")
        self.press("Continue to candidates")

    def run_all_of_it(self) -> None:
        self.page.locator("[name=promise][value=samples]").check()
        self.page.locator("[name=exhausted]").check()
        self.watch_the_run()

    def link_in(self, pattern: str) -> str:
        self.page.wait_for_function(
            "wanted => document.body && document.body.outerHTML.search(wanted) > 0",
            arg=pattern,
        )
        found = re.search(rf"{self.base}{pattern}", self.page.content())
        assert found is not None
        return found[0].removeprefix(self.base)


def accept(page: Page, name: str) -> None:
    """Answer the question that opens over the comparison."""
    page.get_by_role("link", name=re.compile("^Accept recommendation")).click()
    dialog = page.locator("#decide-dialog")
    expect(dialog).to_be_visible()
    dialog.locator("[name=reason]").fill("The smallest that holds.")
    dialog.locator("[name=name]").fill(name)
    dialog.get_by_role("button", name="Accept", exact=True).click()
    page.wait_for_url("**/report/")


def test_a_decision_from_sign_up_to_removal(
    services, chromium: Browser, tmp_path: Path
):
    with services(roles=ROLES, **PATIENT) as running:
        base = running.record()["site_url"]
        ada, grace = Person(chromium, base), Person(chromium, base)
        outside = Person(chromium, base)
        ada.sign_up("ada@example.com")
        ada.make_team("Team Atlas")
        ada.state_the_goal()
        ada.state_the_limits()
        ada.choose_samples()
        ada.choose_models()
        ada.run_all_of_it()

        page, sentence = ada.page, ada.page.locator("#rec").inner_text()
        assert sentence.startswith("Use small: "), page.locator("#why-not").inner_text()
        comparison = page.url
        result = page.locator("#what-if-result")
        expect(result).to_contain_text("Would use small")
        page.locator(".plot .main-svg").first.wait_for()
        page.locator("#margin").fill("5")
        expect(result).to_contain_text("Recorded: small.")

        accept(page, "Ada Lovelace")
        expect(page.locator(".sign")).to_contain_text("Ada Lovelace, Lead architect")
        expect(page.locator("#decide")).to_contain_text("Accepted")
        ada.press("Make the PDF")
        link = page.get_by_role("link", name="Download the PDF")
        link.wait_for()
        with page.expect_download() as waiting:
            link.click()
        waiting.value.save_as(tmp_path / "report.pdf")
        paper = " ".join(text_of(tmp_path / "report.pdf").split())
        for told in (sentence, "RS-0001", "Ada Lovelace, Lead architect"):
            assert " ".join(told.split()) in paper

        page.get_by_role("link", name="Share with somebody outside").click()
        ada.type(label="Review board")
        ada.press("Make link")
        shared = ada.link_in(r"/shared/[\w-]+/")
        outside.go(shared)
        expect(outside.page.locator(".sheetlead")).to_contain_text(sentence)
        expect(outside.page.locator(".sign")).not_to_contain_text("Ada Lovelace")
        assert "/t/team-atlas/" not in outside.page.content()

        ada.go("/t/team-atlas/settings/members/")
        ada.type(emails="grace@example.com")
        ada.press("Send invitation")
        grace.go(ada.link_in(r"/invitations/[\w-]+/"))
        grace.page.get_by_role("link", name="Create an account").click()
        grace.type(name="Grace", email="grace@example.com", password1=PASSWORD)
        grace.press("Create account")
        grace.press("Join Team Atlas")
        grace.page.goto(comparison)
        expect(grace.page.locator("#rec")).to_have_text(sentence)
        assert grace.page.get_by_role("link", name="Decide anew").count() == 0

        ada.go("/t/team-atlas/settings/members/")
        page.on("dialog", lambda dialog: dialog.accept())
        with page.expect_navigation() as came:
            page.get_by_role("button", name="Remove Grace").click()
        # As the server told it: the page itself shows a notice for eight seconds.
        assert "is no longer in Team Atlas" in came.value.text()
        expect(page.get_by_role("button", name="Remove Grace")).to_have_count(0)
        answer = grace.page.goto(comparison)
        assert answer is not None
        assert answer.status == 404
        gone = [text for text in grace.wrong if "404 (Not Found)" not in text]
        assert ada.wrong + outside.wrong + gone == []
