"""How do the cells of an Excel sheet become rows? As text, values only."""

import datetime
import io
from collections.abc import Iterable, Iterator
from itertools import repeat
from typing import Any

from advisor.projects.parsing import limits
from advisor.projects.parsing.decoding import clean
from advisor.projects.parsing.delimited import check_length, too_many_rows
from advisor.projects.parsing.header import check_count, header_of
from advisor.projects.parsing.values import Findings, Options, Row, Table, refused
from advisor.projects.parsing.workbook import SAVE_AGAIN, check_workbook


def parse_spreadsheet(data: bytes, options: Options, notes: Findings) -> Table:
    """Return the rows of one sheet: the one chosen, else the first visible one."""
    formulas = check_workbook(data)
    values = _open(data, values=True)
    sheets = tuple(s.title for s in values.worksheets if s.sheet_state == "visible")
    name = _chosen(sheets, options, notes)
    cells = _cells_of(values[name])
    sources = _cells_of(_open(data, values=False)[name]) if formulas else repeat(None)
    columns: tuple[str, ...] = ()
    rows: list[Row] = []
    converted: set[str] = set()
    wide = 0
    for number, (row, source) in enumerate(zip(cells, sources, strict=False), start=1):
        texts = [_text(cell) for cell in row]
        if not any(texts) and not any(map(_text, source or ())):
            continue
        if not columns:
            columns = header_of(_trimmed(texts), notes)
            continue
        if len(rows) >= limits.ROWS:
            raise too_many_rows()
        _check_cells(row, source, notes)
        wide = wide or number * (len(_trimmed(texts)) > len(columns))
        texts = _fitted(texts, columns)
        converted |= {n for n, c in zip(columns, row, strict=False) if _is_other(c)}
        notes.seen(len(rows) + 1)
        rows.append(Row(number, tuple(_clean(texts, columns, number, notes))))
    _tell_width(wide, columns, notes)
    return _table(columns, rows, converted, sheets, notes)


def _open(data: bytes, *, values: bool) -> Any:
    from openpyxl import DEFUSEDXML, load_workbook

    if not DEFUSEDXML:
        raise RuntimeError("openpyxl does not see defusedxml; install defusedxml.")
    try:
        return load_workbook(
            io.BytesIO(data), read_only=True, data_only=values, keep_links=False
        )
    except MemoryError:
        raise
    # The library raises whatever the damaged XML leads it to.
    except Exception as error:
        wrong = "The Excel file is damaged."
        raise refused("damaged_file", wrong, SAVE_AGAIN) from error


def _chosen(sheets: tuple[str, ...], options: Options, notes: Findings) -> str:
    if not sheets:
        wrong = "The workbook has no visible sheet with cells."
        raise refused("no_sheet", wrong, "Show the sheet and save again.")
    if options.sheet is not None:
        if options.sheet not in sheets:
            remedy = f"Choose one of: {', '.join(sheets)}."
            raise refused("no_such_sheet", "There is no such sheet.", remedy)
        return options.sheet
    if len(sheets) > 1:
        wrong = f"The workbook has {len(sheets)} sheets; “{sheets[0]}” is read."
        remedy = f"Choose another if that is wrong: {', '.join(sheets[1:])}."
        notes.warn("several_sheets", wrong, remedy)
    return sheets[0]


def _cells_of(sheet: Any) -> Iterator[tuple[Any, ...]]:
    # A sheet may claim any size, and a stray cell may lie at its far corner.
    sheet.reset_dimensions()
    yield from sheet.iter_rows(max_col=limits.COLUMNS + 1)


def _text(cell: Any) -> str:
    value = getattr(cell, "value", None)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _is_other(cell: Any) -> bool:
    value = getattr(cell, "value", None)
    return value is not None and not isinstance(value, str)


def _trimmed(texts: list[str]) -> list[str]:
    while texts and not texts[-1]:
        texts = texts[:-1]
    return texts


def _fitted(texts: list[str], columns: tuple[str, ...]) -> list[str]:
    texts = _trimmed(texts)
    if len(texts) > limits.COLUMNS:
        check_count(len(texts))
    missing = len(columns) - len(texts)
    return texts[: len(columns)] + [""] * max(0, missing)


def _tell_width(row: int, columns: tuple[str, ...], notes: Findings) -> None:
    """Warn of cells to the right of the header, from this row on; 0 is none."""
    if row:
        wrong = f"Columns from {len(columns) + 1} on have no name and are not read."
        notes.warn("wide_row", wrong, "Name them if they are needed.", row=row)


def _check_cells(row: Iterable[Any], source: Any, notes: Findings) -> None:
    for cell, formula in zip(row, source or repeat(None), strict=False):
        place = getattr(cell if cell is not None else formula, "coordinate", None)
        number = getattr(cell, "row", None) or getattr(formula, "row", None)
        if getattr(cell, "data_type", None) == "e":
            wrong = f"Cell {place} holds the error {cell.value}."
            notes.add("error_cell", wrong, "Correct the formula.", row=number)
        is_formula = getattr(formula, "data_type", None) == "f"
        if is_formula and getattr(cell, "value", None) is None:
            place = getattr(formula, "coordinate", place)
            wrong = f"Cell {place} is a formula without value."
            remedy = "Open the file in a spreadsheet program, save it, and try again."
            notes.add("formula_without_value", wrong, remedy, row=formula.row)


def _clean(
    texts: list[str], columns: tuple[str, ...], number: int, notes: Findings
) -> Iterator[str]:
    for name, raw in zip(columns, texts, strict=True):
        text, replaced = clean(raw)
        if replaced:
            wrong = f"{replaced} unreadable characters were replaced."
            notes.warn("replaced", wrong, "", row=number, column=name)
        check_length(text, number, name, notes)
        yield text


def _table(
    columns: tuple[str, ...],
    rows: list[Row],
    converted: set[str],
    sheets: tuple[str, ...],
    notes: Findings,
) -> Table:
    if not rows and not notes.problems:
        notes.add("no_rows", "No rows below the header.", "Add at least one.")
    if converted:
        names = ", ".join(name for name in columns if name in converted)
        told = f"Numbers, dates and true/false were read as text in: {names}."
        notes.notes.append(told)
    return Table(kind="xlsx", columns=columns, rows=tuple(rows), sheets=sheets)
