"""Excel files: values as text, and 14 ways to be refused."""

import datetime
import io
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference

from advisor.projects.parsing import Options, parse_table
from tests.projects.parsing.workbooks import GOOD, changed, saved, workbook

SHEET = "xl/worksheets/sheet1.xml"


def told(data):
    return " ".join(p.message for p in parse_table(data, "a.xlsx").errors)


def test_a_sheet_becomes_rows_with_the_row_numbers_of_the_sheet():
    table = parse_table(workbook(), "a.xlsx")

    assert table.problems == ()
    assert table.columns == ("input", "expected")
    assert [row.number for row in table.rows] == [2, 3]
    assert table.rows[0].values == ("where is my card", "card_arrival")


def test_dates_numbers_and_constants_are_read_as_text_and_told():
    rows = [
        ["input", "day", "n"],
        ["a", datetime.date(2026, 5, 3), 7],
        ["b", True, 1.5],
    ]

    table = parse_table(workbook(rows), "a.xlsx")

    assert table.column("day") == ("2026-05-03", "true")
    assert table.column("n") == ("7", "1.5")
    assert table.notes == (
        "Numbers, dates and true/false were read as text in: day, n.",
    )


def test_a_csv_called_xlsx_and_the_other_way_round_are_named():
    assert "Rename it to .xlsx." in parse_table(workbook(), "a.csv").errors[0].message


def test_a_bomb_is_refused_before_it_unpacks():
    assert "times its size" in told(
        changed(workbook(), SHEET, lambda b: b + b" " * 9_000_000)
    )


def test_more_than_50_mb_unpacked_are_refused():
    lines = b"".join(b"%024d" % (n * 7919**5) + b" " * 1_500 for n in range(34_000))
    big = changed(workbook(), "xl/sharedStrings.xml", lambda _: lines)

    assert "more than 50 MB" in told(big)


def test_too_many_parts_are_refused():
    stream = io.BytesIO(workbook())
    with zipfile.ZipFile(stream, "a") as archive:
        for number in range(10_001):
            archive.writestr(f"xl/media/{number}.xml", "x")

    assert "1,000 is the limit" in told(stream.getvalue())


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../x.xml", "leads out"),
        ("/etc/x.xml", "leads out"),
        ("xl/../../x.xml", "leads out"),
        ("xl/vbaProject.bin", "macros"),
        ("evil/x.xml", "no workbook"),
    ],
)
def test_a_part_that_does_not_belong_is_refused(name, reason):
    assert reason in told(changed(workbook(), name, lambda _: b"x"))


def test_a_link_is_refused():
    stream = io.BytesIO(workbook())
    with zipfile.ZipFile(stream, "a") as archive:
        entry = zipfile.ZipInfo("xl/link.xml")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")

    assert "is a link" in told(stream.getvalue())


def test_an_archive_within_is_refused():
    assert "is an archive" in told(
        changed(workbook(), "xl/x.bin", lambda _: workbook())
    )


@pytest.mark.parametrize(
    "declaration",
    [
        b'<!DOCTYPE lolz [<!ENTITY lol "lol">]>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    ],
)
def test_xml_that_declares_entities_is_refused(declaration):
    head = b"<?xml version='1.0'?>"
    data = changed(workbook(), SHEET, lambda b: head + declaration + b)

    assert "unsafe XML" in told(data)


def test_a_claimed_size_is_not_believed():
    claim = b'<dimension ref="A1:XFD1048576"/>'
    data = changed(
        workbook(), SHEET, lambda b: b.replace(b'<dimension ref="A1:B3"/>', claim)
    )

    table = parse_table(data, "a.xlsx")

    assert table.errors == ()
    assert len(table.rows) == 2


def test_a_password_is_named():
    data = bytearray(workbook())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1

    assert "encrypted" in told(bytes(data))


def test_a_damaged_file_is_named():
    data = workbook()

    assert "damaged" in told(data[: len(data) // 2])
    broken = bytearray(changed(data, SHEET, lambda b: b, method=0))
    broken[broken.find(b"where") + 1] ^= 1 if b"where" in broken else 0
    sheet_at = bytes(broken).find(b"<sheetData")
    broken[sheet_at + 2] ^= 1
    assert "damaged" in told(bytes(broken))


def test_without_a_visible_sheet_nothing_is_read():
    book = Workbook()
    book.active.sheet_state = "hidden"
    chart = BarChart()
    chart.add_data(Reference(book.active, min_col=1, min_row=1))
    book.create_chartsheet("Chart").add_chart(chart)

    assert "no visible sheet" in told(saved(book))


def test_of_several_sheets_the_first_is_read_until_another_is_chosen():
    data = workbook(GOOD, Second="visible", Hidden="hidden")

    table = parse_table(data, "a.xlsx")

    assert table.sheets == ("Sheet", "Second")
    assert "2 sheets; “Sheet” is read" in table.problems[0].message
    assert "Choose one of: Sheet, Second." in told_for(data, "Third")
    assert "No rows" in told_for(data, "Second")


def told_for(data, sheet):
    table = parse_table(data, "a.xlsx", Options(sheet=sheet))
    return " ".join(problem.message for problem in table.errors)


def test_a_formula_without_a_value_is_named_by_its_cell():
    rows = [["input", "n", "expected"], ["a", 1, "=B2+1"]]

    table = parse_table(workbook(rows), "a.xlsx")

    assert [(p.row, p.wrong) for p in table.errors] == [
        (2, "Cell C2 is a formula without value.")
    ]


def test_an_error_cell_is_named():
    assert "Cell B2 holds the error #N/A." in told(
        workbook([["input", "expected"], ["a", "#N/A"]])
    )


def test_too_many_columns_are_refused():
    assert "64 columns are the limit" in told(workbook([[f"c{n}" for n in range(65)]]))


def test_blank_rows_are_skipped_and_short_rows_filled():
    table = parse_table(
        workbook([["input", "expected"], [], ["a"], [None, None], ["b", "c"]]), "a.xlsx"
    )

    assert [(row.number, row.values) for row in table.rows] == [
        (3, ("a", "")),
        (5, ("b", "c")),
    ]


def test_blank_rows_are_skipped_beside_formulas_too():
    data = workbook([*GOOD, [None, None], ["x", "=1+1"], [None], [None, None]])

    table = parse_table(data, "a.xlsx")

    assert [row.number for row in table.rows] == [2, 3, 5]


def test_cells_beyond_the_header_are_told_once():
    rows = [["id", "input"], ["a", "where is it"], *[[n, "why", "yes"] for n in "bc"]]
    table = parse_table(workbook(rows), "a.xlsx")

    assert [problem.message for problem in table.problems] == [
        "Row 3: Columns from 3 on have no name and are not read."
        " Name them if they are needed."
    ]
    assert table.errors == ()
