"""Page, PDF, Markdown, CSV, XLSX and JSON say the same, and hide no formula."""

import csv
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from openpyxl import load_workbook

from advisor.accounts.models import Team, User
from advisor.reports.models import Export
from advisor.reports.pages.comparison import Row
from advisor.reports.pages.record import Record, record_of
from advisor.reports.pages.record.document import json_of
from advisor.reports.pages.record.markdown import markdown_of, plain
from advisor.reports.pages.record.paper import paper_of
from advisor.reports.pages.record.rows import rows_of
from advisor.reports.pages.record.sheets import csv_of, unformula, xlsx_of
from advisor.reports.paper.rendering import render_pdf
from advisor.reports.selectors import result_of
from advisor.runs.models import Run
from advisor.sizing import formats
from tests.people import Browser
from tests.reports.reading import needs_pdftotext, pdf_text, squeezed, texts
from tests.reports.setup_folder import evaluate
from tests.reports.test_deciding_pages import GIVEN
from tests.reports.test_same_numbers import page_of, priced, rich_setup
from tests.runs.finished import finished, url_of

pytestmark = pytest.mark.django_db
FORMULAS = (
    *("=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1"),
    *("=cmd|' /C calc'!A0", '=HYPERLINK("https://example.com")'),
)


@pytest.fixture
def record(tmp_path: Path) -> Record:
    """The record of a run with times, prices, tags and preferences."""
    given = {"reference": priced("big", 30)}
    candidates = [priced("good", 5), priced("bad", 1)]
    evaluate(rich_setup(tmp_path, candidates=candidates, **given))
    return record_of(result_of(Run.objects.get()))


def comma_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))


def sheet_rows(content: bytes) -> list[tuple[Any, ...]]:
    book = load_workbook(BytesIO(content))
    return [
        tuple("" if c is None else c for c in row)
        for sheet in book
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]


def json_rows(record: Record) -> list[dict[str, Any]]:
    return json.loads(json_of(record))["rows"]


def said(row: Row) -> list[str]:
    """Every figure that the table "why not" shows of a candidate."""
    return [row.quality, row.p95, row.memory, row.cost, row.verdict.text, row.reason]


def test_every_form_says_what_the_page_says(record: Record, tmp_path: Path):
    needs_pdftotext()
    (tmp_path / "a.pdf").write_bytes(render_pdf(paper_of(record)))
    forms = {
        "page": squeezed("".join(sum(texts(page_of(Run.objects.get()), "main"), []))),
        "pdf": squeezed(pdf_text(tmp_path / "a.pdf")),
        "md": squeezed(markdown_of(record).replace("\\", "")),
        "csv": squeezed("".join(r["text"] for r in comma_rows(csv_of(record)))),
        "xlsx": squeezed("".join(str(r[-1]) for r in sheet_rows(xlsx_of(record)))),
        "json": squeezed(
            "".join(r["text"] for r in json.loads(json_of(record))["rows"])
        ),
    }
    c = record.comparison
    assert len(c.rows) == 3
    assert len(c.limits) >= 7
    wanted = [c.headline, c.rest, *(text for row in c.rows for text in said(row))]
    for limit in c.limits:
        wanted += [limit.value or "", *limit.lines, limit.verdict.text]
    for row in c.slice_rows:
        wanted += [f"{cell.value} {cell.note}" for cell in row.cells if cell.value]
    for fact in record.method:
        wanted += [fact.value or "", *fact.lines]
    for text in filter(None, wanted):
        for form, content in forms.items():
            assert squeezed(text) in content, (form, text)
    beside_the_page = forms.keys() - {"page"}
    k = record.consequences
    assert k.good
    assert k.bad
    assert len(k.revisit) > 1
    for text in (*k.good, *k.bad, *k.revisit):
        for form in beside_the_page:
            assert squeezed(text) in forms[form], (form, text)


def test_numbers_are_numbers_and_round_to_what_is_said(record: Record):
    write = {
        "points": lambda value: formats.number(value, 1),
        "ms": formats.duration,
        "GB": formats.gigabytes,
        "USD": formats.money,
    }
    rows = [row for row in rows_of(record) if row.section == "candidates" and row.unit]
    assert len(rows) >= 3 * 8
    by_sheet = {row[:3]: row for row in sheet_rows(xlsx_of(record))}
    by_comma = {
        (r["section"], r["subject"], r["measure"]): r
        for r in comma_rows(csv_of(record))
    }
    by_json = {(r["section"], r["subject"], r["measure"]): r for r in json_rows(record)}
    for row in rows:
        assert write[row.unit](row.value) == row.text, row
        key = (row.section, row.subject, row.measure)
        typed = by_sheet[key][3]
        assert typed == ("" if row.value is None else row.value)
        assert by_comma[key]["value"] == ("" if row.value is None else repr(row.value))
        assert by_json[key]["value"] == row.value
    assert any(row.value is not None for row in rows)


def test_the_json_carries_the_stored_document_unchanged(record: Record):
    stored = Run.objects.get().recommendation.document
    assert json.loads(json_of(record))["recommendation"] == json.loads(stored)


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_is_a_formula_to_a_spreadsheet(formula: str):
    assert unformula(formula).startswith("'")


def test_a_hostile_name_is_text_in_every_cell(record: Record):
    first = record.comparison.rows[0]
    for formula in FORMULAS:
        rows = (replace(first, reason=formula), *record.comparison.rows[1:])
        comparison = replace(record.comparison, rows=rows, headline=formula)
        evil = replace(record, comparison=comparison, context=(formula,))
        for cell in (c for row in comma_rows(csv_of(evil)) for c in row.values()):
            number = cell.removeprefix("-").replace(".", "").replace("e-", "")
            assert number.isdecimal() or not cell.startswith(tuple("=+-@\t\r"))
        book = load_workbook(BytesIO(xlsx_of(evil)))
        kinds = {c.data_type for sheet in book for row in sheet for c in row}
        assert "f" not in kinds


def test_markdown_shows_hostile_text_and_reads_none_of_it():
    assert plain("# Title") == "\\# Title"
    assert plain("<script>x</script>") == "\\<script\\>x\\</script\\>"
    assert plain("a | b\n- c") == "a \\| b - c"
    assert plain("[x](javascript:1)") == "\\[x\\](javascript:1)"
    assert plain("1. one") == "1\\. one"
    assert plain("- item") == "\\- item"
    assert plain("![x](http://e)") == "!\\[x\\](http://e)"


def test_markdown_has_the_headings_of_a_decision_record(record: Record):
    heads = [x for x in markdown_of(record).splitlines() if x.startswith("## ")]
    assert heads == [
        *("## Status", "## Context", "## Decision drivers", "## Considered options"),
        *("## Decision outcome", "## Consequences", "## Confirmation"),
        "## More information",
    ]


def test_the_same_record_gives_the_same_bytes_whenever_it_is_written(record: Record):
    for write in (csv_of, json_of):
        assert write(record) == write(record)
    with ZipFile(BytesIO(xlsx_of(record))) as book:
        assert {one.date_time for one in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = book.read("docProps/core.xml").decode()
    stamp = datetime.fromisoformat(record.stamp).astimezone(UTC)
    assert core.count(f"{stamp:%Y-%m-%dT%H:%M:%SZ}") == 2


def test_each_form_is_stored_once_a_state_and_sent_as_a_download(
    team: Team, edith: User, browser: Browser
):
    run, client = finished(team), browser(edith)
    for kind, type_ in (
        ("md", "text/markdown"),
        ("csv", "text/csv"),
        ("xlsx", "application/vnd.openxmlformats"),
        ("json", "application/json"),
    ):
        first, second = (
            client.post(url_of(run, "report/"), {"kind": kind}) for _ in range(2)
        )
        assert first.url == second.url
        sent = client.get(first.url)
        assert sent.headers["Content-Type"].startswith(type_)
        assert sent.headers["X-Content-Type-Options"] == "nosniff"
        name = f'filename="tickets-run-1.{kind}"'
        assert sent.headers["Content-Disposition"] == f"attachment; {name}"
    stored = {one.kind: bytes(one.content) for one in Export.objects.all()}
    assert len(stored) == Export.objects.count() == 4
    assert unknown_forms(client, run) == {404}
    client.post(url_of(run, "accept/"), GIVEN)
    client.post(url_of(run, "report/"), {"kind": "md"})
    old, new = Export.objects.filter(kind="md").order_by("pk")
    assert bytes(old.content) == stored["md"]
    assert (old.status, new.status) == ("Proposed", "Accepted")
    html = client.get(url_of(run, "report/")).content.decode()
    assert "Proposed · " in html
    assert "Accepted · " in html
    assert "· Edith" in html


def unknown_forms(client: Client, run: Run) -> set[int]:
    places = ("report.exe", "report.pdf", "report/files/999/", "report/figures/x.svg")
    return {client.get(url_of(run, place)).status_code for place in places}


def test_figures_are_the_papers_own_and_run_nothing(
    team: Team, bob: User, browser: Browser
):
    run = finished(team)
    answer = browser(bob).get(url_of(run, "report/figures/latency.svg"))
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert b"<script" not in answer.content


def test_a_phone_gets_figures_whose_letters_it_can_show(
    team: Team, bob: User, browser: Browser
):
    run = finished(team)
    client = browser(bob)
    html = client.get(url_of(run, "report/")).content.decode()
    sources = re.findall(r'<source media="[^"]+" srcset="([^"]+)">', html)
    assert {source.rpartition("/")[2] for source in sources} == {
        "trade-off-narrow.svg",
        "latency-narrow.svg",
    }
    assert 'data-l="p95"' in html
    for source in sources:
        narrow = client.get(source).content
        wide = client.get(source.replace("-narrow", "")).content
        assert narrow.startswith(b"<?xml")
        assert narrow != wide
    assert client.get(url_of(run, "report/figures/tags-narrow.svg")).status_code == 404
