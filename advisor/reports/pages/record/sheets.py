"""How does a record become a table that a spreadsheet opens and no formula hides in?

Numbers are numbers, texts are texts. A text that a spreadsheet would take for a formula
gets an apostrophe before it.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from advisor.reports.pages.record.rows import COLUMNS, Row, rows_of
from advisor.reports.pages.record.value import Record
from advisor.web.csv_file import safe_cell
from advisor.web.plain import visible

CLOCK = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
LONGEST_CELL = 32_000  # Excel refuses a cell of more than 32,767 characters
HEADS = tuple(name.capitalize() for name in COLUMNS)
WIDTHS = {"A": 18, "B": 22, "C": 26, "J": 70}
FORMATS = {"points": "0.0", "ms": "#,##0.0", "GB": "0.00", "USD": '"$"#,##0.00####'}
SHEETS = {
    "Decision": ("decision", "decision drivers"),
    "Candidates": ("candidates",),
    "Quality by tag": ("quality by tag",),
    "Consequences": ("consequences",),
    "Techniques": ("techniques",),
    "Method": ("method",),
}


def unformula(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; hidden signs show."""
    return visible(safe_cell(text))[:LONGEST_CELL]


def csv_of(record: Record) -> bytes:
    """Return the record as CSV with a byte order mark, one figure or fact a line."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows_of(record):
        writer.writerow(
            ["" if cell is None else _cell(cell) for cell in row.cells],
        )
    return text.getvalue().encode("utf-8-sig")


def xlsx_of(record: Record) -> bytes:
    """Return the record as a workbook: a sheet for each part, numbers as numbers."""
    book = Workbook(write_only=True)
    book.properties.creator = "Rightsize"
    rows = rows_of(record)
    for title, sections in SHEETS.items():
        part = [row for row in rows if row.section in sections]
        if part:
            _fill(book.create_sheet(title), part)
    buffer = BytesIO()
    book.save(buffer)
    return _without_clock(buffer, record.stamp)


def _fill(sheet: WriteOnlyWorksheet, rows: Iterable[Row]) -> None:
    sheet.freeze_panes = "A2"
    for number in range(1, len(HEADS) + 1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = WIDTHS.get(letter, 12)
    sheet.append(_heads(sheet))
    for row in rows:
        sheet.append(_typed(sheet, row.cells, FORMATS.get(row.unit, "General")))


def _heads(sheet: WriteOnlyWorksheet) -> list[WriteOnlyCell]:
    cells = [WriteOnlyCell(sheet, value=head) for head in HEADS]
    for cell in cells:
        cell.font = Font(bold=True)
    return cells


def _typed(
    sheet: WriteOnlyWorksheet, values: Sequence[str | float | None], pattern: str
) -> list[WriteOnlyCell]:
    cells = []
    for place, value in enumerate(values):
        shown = unformula(value) if isinstance(value, str) else value
        cell = WriteOnlyCell(sheet, value=shown)
        if isinstance(shown, str):
            cell.data_type = "s"  # never read as a formula, whatever it starts with
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        elif COLUMNS[place] in ("value", "low", "high"):
            cell.number_format = pattern
        cells.append(cell)
    return cells


def _cell(value: str | float) -> str:
    return unformula(value) if isinstance(value, str) else repr(value)


def _without_clock(book: BytesIO, stamp: str) -> bytes:
    """Return the workbook with the record's own time for the time of writing.

    The same record then gives the same bytes.
    """
    written = f"{datetime.fromisoformat(stamp).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    packed = BytesIO()
    with ZipFile(book) as old, ZipFile(packed, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = CLOCK.sub(written.encode(), content)
            new.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return packed.getvalue()
