"""How are the rows of a CSV or TSV file read?

Strictly by RFC 4180: a quote that is never closed or ends in the middle of a field
stops the reading with its row, where Python's default reader swallows the rest.
"""

import csv
import io
from collections.abc import Iterator

from advisor.projects.parsing import limits
from advisor.projects.parsing.decoding import clean, note_line_ends
from advisor.projects.parsing.header import header_of
from advisor.projects.parsing.separators import choose_separator
from advisor.projects.parsing.values import Findings, Options, Row, Table, refused
from advisor.sizing import formats

READER_LIMIT = 1_000_000  # characters; a field beyond it is not even collected


def parse_delimited(text: str, kind: str, options: Options, notes: Findings) -> Table:
    """Return the rows of ``text``; raises Refused where reading must stop."""
    note_line_ends(text, notes)
    declared, text = _declared_separator(text)
    given = options.delimiter or declared
    separator = given or choose_separator(text, kind, notes)
    records = _records(text, separator)
    first = next((one for one in records if one[1]), None)
    if first is None:
        raise refused("no_rows", "No rows.", "Add a header and at least one row.")
    columns = header_of(first[1], notes)
    rows = tuple(_rows(records, columns, options, notes))
    if not rows and not notes.problems:
        notes.add("no_rows", "No rows below the header.", "Add at least one.")
    return Table(kind=kind, columns=columns, rows=rows)


def _declared_separator(text: str) -> tuple[str | None, str]:
    """Understand the ``sep=;`` line that spreadsheets write."""
    head, newline, rest = text.partition("\n")
    head = head.rstrip("\r")
    if head[:4].lower() == "sep=" and len(head) == 5 and newline:
        return head[4], rest
    return None, text


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cells) of each row that is not blank."""
    previous = csv.field_size_limit(READER_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                _refuse_quoting(str(error), number, error)
            if any(cell.strip() for cell in cells):
                yield number, cells
            else:
                yield number, []
    finally:
        csv.field_size_limit(previous)


def _refuse_quoting(message: str, number: int, error: csv.Error) -> None:
    if "unexpected end" in message:
        wrong = f"A quote opened in row {number:,} is never closed."
        remedy = "Close it, or double a quote that belongs to the text."
        raise refused("unclosed_quote", wrong, remedy, row=number) from error
    if "field larger" in message:
        wrong = "A field is longer than 32 KiB."
        remedy = "Shorten it, or close a quote that was left open."
        raise refused("field_too_long", wrong, remedy, row=number) from error
    wrong = "A quote stands in the middle of a field."
    remedy = "Put the whole field in quotes and double the quotes inside."
    raise refused("stray_quote", wrong, remedy, row=number) from error


def _rows(
    records: Iterator[tuple[int, list[str]]],
    columns: tuple[str, ...],
    options: Options,
    notes: Findings,
) -> Iterator[Row]:
    blank = skipped = kept = 0
    for number, cells in records:
        if not cells:
            blank += 1
            continue
        if len(cells) != len(columns):
            if options.skip_bad_rows:
                skipped += 1
                continue
            wrong = f"Row {number:,} has {len(cells)} of {len(columns)} fields."
            remedy = "Add or remove separators, or quote the text that holds them."
            notes.add("ragged_row", wrong, remedy, row=number)
            continue
        kept += 1
        if kept > limits.ROWS:
            raise too_many_rows()
        notes.seen(kept)
        yield Row(number, tuple(_cells(cells, columns, number, notes)))
    if blank:
        notes.notes.append(f"Skipped: {formats.count(blank, 'blank row')}.")
    if skipped:
        told = formats.count(skipped, "row")
        notes.notes.append(f"Skipped: {told} with too few or many fields.")


def too_many_rows() -> Exception:
    """Return the error for a file with more rows than the limit."""
    wrong = f"{limits.ROWS:,} rows are the limit; this file has more."
    return refused("too_many_rows", wrong, "Take a random part of the rows.")


def _cells(
    cells: list[str], columns: tuple[str, ...], number: int, notes: Findings
) -> Iterator[str]:
    for name, cell in zip(columns, cells, strict=True):
        text, replaced = clean(cell)
        if replaced:
            wrong = f"{replaced} unreadable characters were replaced."
            notes.warn("replaced", wrong, "", row=number, column=name)
        check_length(text, number, name, notes)
        yield text


def check_length(text: str, number: int, name: str, notes: Findings) -> None:
    """Report a field over the limit, and warn about one that is getting there."""
    # A character has one to four bytes, so most texts need not be encoded to know.
    if len(text) * 4 <= limits.FIELD_WARN_BYTES:
        return
    size = len(text.encode("utf-8", "replace"))
    if size > limits.FIELD_BYTES:
        wrong = f"The field has {size / 1024:.0f} KiB; 32 KiB is the limit."
        notes.add("field_too_long", wrong, "Shorten it.", row=number, column=name)
    elif size > limits.FIELD_WARN_BYTES:
        wrong = f"The field has {size / 1024:.0f} KiB."
        remedy = "Small models may not read that much at once."
        notes.warn("field_long", wrong, remedy, row=number, column=name)
