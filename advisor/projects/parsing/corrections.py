"""Which cells of a file were put right by hand, and what stands in the wrong ones?

A correction names a row by its number in the file and a column by its name. It is kept
beside the file, which stays as it was uploaded.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from advisor.projects.parsing.decoding import clean, clean_value
from advisor.projects.parsing.json_values import JsonWrong, read_json
from advisor.projects.parsing.values import Problem, Row, Table, Value

Cells = dict[str, dict[str, str]]
MOST_ROWS = 200  # rows with problems whose cells can be put right by hand
LONGEST = 4_000  # characters of a cell that is worth typing into


def corrected(table: Table, cells: Mapping[str, Mapping[str, str]]) -> Table:
    """Return the table with the texts of ``cells``, by row number and column."""
    if not cells:
        return table
    rows = (_corrected(table, row, cells.get(str(row.number))) for row in table.rows)
    return replace(table, rows=tuple(rows))


def cells_at_fault(table: Table, problems: Iterable[Problem]) -> Cells:
    """Return what stands in the cells that errors name, as text, by row and column."""
    wanted: dict[int, set[str]] = {}
    for one in problems:
        if one.severity == "error" and one.row is not None:
            column = one.column if one.column in table.columns else None
            if column is not None and len(wanted) < MOST_ROWS:
                wanted.setdefault(one.row, set()).add(column)
    found: Cells = {}
    for row in table.rows:
        named = wanted.get(row.number, set())
        texts = {column: _text(table, row, column) for column in sorted(named)}
        short = {name: text for name, text in texts.items() if len(text) <= LONGEST}
        if short:
            found[str(row.number)] = short
    return found


def merged(
    before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> Cells:
    """Return both sets of corrections; of two for one cell the later holds."""
    rows = dict.fromkeys((*before, *after))
    return {row: {**before.get(row, {}), **after.get(row, {})} for row in rows}


def _corrected(table: Table, row: Row, texts: Mapping[str, str] | None) -> Row:
    if not texts:
        return row
    pairs = zip(table.columns, row.values, strict=True)
    values = (
        typed_value(texts[column], value) if column in texts else value
        for column, value in pairs
    )
    return Row(row.number, tuple(values))


def typed_value(text: str, before: object) -> Value:
    """Return a typed text as the kind of value that it takes the place of.

    JSON is read as strictly as in a file; what is none stays text.
    """
    plain = clean(text)[0] or None
    if plain is None or not isinstance(before, list | dict | int | float | bool):
        return plain
    try:
        found: Value = clean_value(read_json(plain))[0]
    except JsonWrong:
        return plain
    return found


def _text(table: Table, row: Row, column: str) -> str:
    value = row.values[table.columns.index(column)]
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)
