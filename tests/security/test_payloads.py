"""T24, T25: 120 payloads in 14 kinds of text run nowhere, and make no element.

In Chromium with our own policy switched off, so that only the escaping stands between
the text and the page.
"""

import csv
import json
import re
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
from django.utils.html import json_script
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from advisor.reports.models import DecisionRecord
from advisor.reports.pages.record.files import content_of
from advisor.runs.services import close_engines
from advisor.web.csv_file import csv_text, safe_cell
from tests.reports.reading import needs_pdftotext, pdf_text, squeezed
from tests.security.hostile import ALL, Hostile, build
from tests.web_pages import test_in_a_browser as web

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
chromium = web.chromium
# What no template of ours has: handlers, foreign addresses, elements that load.
MADE_OF_DATA = """
() => [...document.querySelectorAll('*')].filter(e =>
  [...e.attributes].some(a => a.name.startsWith('on') || a.name.startsWith('hx-on')
    || a.name === 'srcdoc' || a.name === 'ping' || a.name === 'background')
  || !(e.rel === 'noreferrer' && e.protocol === 'https:')  // a source, to be followed
    && ['href', 'src', 'action', 'data', 'formaction', 'hx-get', 'hx-post'].some(name =>
    /^\\s*(java\\s*script|data:text|\\/\\/canary|https:\\/\\/canary)/i.test(
      e.getAttribute(name) ?? ''))
  || /canary/.test(e.getAttribute('style') ?? '')
  || ['MARQUEE', 'OBJECT', 'EMBED', 'IFRAME', 'BASE', 'VIDEO', 'AUDIO', 'MATH',
      'IMAGE', 'TEMPLATE', 'FOREIGNOBJECT'].includes(e.tagName.toUpperCase())
    && !e.closest('.plot')
  || e.tagName === 'SCRIPT' && !e.src && e.type !== 'application/json'
  || e.tagName.toLowerCase() === 'a' && e.closest('.plot')
).map(e => e.outerHTML.slice(0, 120))
"""
RAN = "() => Object.keys(window).filter(name => name.startsWith('XSS_'))"


class Watched:
    """A window that remembers every dialog and every request that leaves."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base
        self.wrong: list[str] = []
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def _dialog(self, dialog: object) -> None:
        self.wrong.append(f"a dialog: {dialog.message}")  # type: ignore[attr-defined]
        dialog.dismiss()  # type: ignore[attr-defined]

    def _request(self, request: object) -> None:
        url: str = request.url  # type: ignore[attr-defined]
        if not url.startswith((self.base, "data:", "blob:")):
            self.wrong.append(f"a request left: {url}")

    def look(self, path: str) -> None:
        answer = self.page.goto(self.base + path)
        assert answer is not None
        if answer.status >= 500:
            self.wrong.append(f"{path} answers {answer.status}")
        self.wrong += [f"{path} made {e}" for e in self.page.evaluate(MADE_OF_DATA)]
        self.wrong += [f"{path} ran {name}" for name in self.page.evaluate(RAN)]


@pytest.fixture
def hostile(transactional_db: None, tmp_path: Path) -> Iterator[Hostile]:
    yield build(tmp_path)
    close_engines()


def test_no_payload_runs_on_any_page_or_leaves_a_file_alive(
    hostile: Hostile, chromium: Browser, live_server: LiveServer, tmp_path: Path
):
    visit = web.opened(chromium, live_server, hostile.owner, bypass_csp=True)
    watched = Watched(visit.page, live_server.url)
    for path in hostile.pages:
        watched.look(path)
    visit.page.context.close()
    assert not watched.wrong, "\n".join(watched.wrong[:40])
    _files_hold_texts_alone(hostile, tmp_path)


def _files_hold_texts_alone(hostile: Hostile, folder: Path) -> None:
    table = content_of(hostile.run, "csv").decode("utf-8-sig")
    for row in csv.reader(StringIO(table)):
        assert [cell for cell in row if safe_cell(cell) != cell] == []
    book = openpyxl.load_workbook(BytesIO(content_of(hostile.run, "xlsx")))
    cells = [c for sheet in book for line in sheet.iter_rows() for c in line]
    assert "f" not in {cell.data_type for cell in cells}
    words = content_of(hostile.run, "md").decode()
    assert re.findall(r"(?<!\\)<(?:script|img|svg)", words.lower()) == []
    assert re.findall(r"(?<!\\)\]\(javascript:", words.lower()) == []
    assert json.loads(content_of(hostile.run, "json"))
    needs_pdftotext()
    for first in range(0, len(ALL), 20):
        _paper_shows(hostile, ALL[first : first + 20], folder / "r.pdf")


def _paper_shows(hostile: Hostile, texts: list[str], file: Path) -> None:
    """The reason of the decision is on paper, mark by mark, and nothing was read."""
    DecisionRecord.objects.filter(run=hostile.run).update(reason="\n".join(texts))
    file.write_bytes(content_of(hostile.run, "pdf"))
    paper = squeezed(pdf_text(file))
    marks = {mark for text in texts for mark in re.findall(r"XSS_\d+", text)}
    assert sorted(marks - set(re.findall(r"XSS_\d+", paper))) == []
    assert "root:" not in paper


def test_the_watch_sees_what_runs(chromium: Browser, live_server: LiveServer):
    """A page that does run payloads is caught, dialog, request, element and all."""
    visit = web.opened(chromium, live_server, bypass_csp=True)
    watched = Watched(visit.page, live_server.url)
    visit.go("/help/")
    visit.page.evaluate("html => document.body.innerHTML = html", "".join(ALL[:60]))

    def seen(words: str) -> bool:
        return any(words in one for one in watched.wrong)

    for _ in range(600):
        ran = visit.page.evaluate(RAN)
        if len(ran) > 5 and seen("a dialog") and seen("canary.invalid"):
            break
        visit.page.wait_for_timeout(100)
    assert len(ran) > 5
    assert seen("a dialog")
    assert seen("canary.invalid")
    assert len(visit.page.evaluate(MADE_OF_DATA)) > 20


@pytest.mark.parametrize("text", ALL, ids=lambda text: text[:40])
def test_no_cell_computes_and_no_script_is_closed(text: str):
    cell = next(csv.reader(StringIO(csv_text([[text]]))))[0]
    assert cell.lstrip("'") == text.lstrip("'") or cell == f"'{text}"
    assert not cell.strip().startswith(("=", "+", "-", "@", "\t"))
    script = json_script({"text": text}, "x")
    inside = script.partition(">")[2].rpartition("</script>")[0]
    assert "<" not in inside
    assert json.loads(inside) == {"text": text}
