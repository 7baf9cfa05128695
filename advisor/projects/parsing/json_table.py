"""How do JSON Lines or a JSON list become rows?"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from advisor.projects.parsing import limits
from advisor.projects.parsing.decoding import clean_value
from advisor.projects.parsing.delimited import check_length, too_many_rows
from advisor.projects.parsing.header import check_alike, check_count
from advisor.projects.parsing.json_values import JsonWrong, read_json
from advisor.projects.parsing.values import (
    Findings,
    Options,
    Row,
    Table,
    Value,
    excerpt,
    refused,
)

Numbered = tuple[int, dict[str, Any]]


def parse_jsonl(text: str, options: Options, notes: Findings) -> Table:
    """Return the rows of JSON Lines, one object a line; blank lines are skipped."""
    if text.lstrip()[:1] == "[":
        if options.read_as_array:
            return parse_json(text, notes)
        wrong = "This is one JSON array; one object per line is expected."
        remedy = "Read it as an array, or rename it to .json."
        raise refused("array_in_jsonl", wrong, remedy)
    notes.unit = "line"
    return _table("jsonl", list(_lines(text, options, notes)), notes)


def parse_json(text: str, notes: Findings) -> Table:
    """Return the rows of one JSON list of objects."""
    notes.unit = "item"
    try:
        items = read_json(text)
    except JsonWrong as wrong:
        if wrong.line == 2 and "follows" in wrong.wrong:
            remedy = "If it has one object per line, rename it to .jsonl."
        else:
            remedy = "Correct it, then upload the file again."
        raise refused(
            "invalid_json", _at(wrong), remedy, row=wrong.line, unit="line"
        ) from wrong
    if not isinstance(items, list):
        wrong_kind = "This is one JSON value; a list of objects is expected."
        raise refused("no_list", wrong_kind, "Put the samples in [ ... ].")
    rows: list[Numbered] = []
    for number, item in enumerate(items, start=1):
        if isinstance(item, dict):
            rows.append(_clean(number, item, notes))
        else:
            _not_an_object(number, item, notes)
    return _table("json", rows, notes)


def _lines(text: str, options: Options, notes: Findings) -> Iterator[Numbered]:
    skipped = filled = 0
    lines = text.split("\n") if "\n" in text else text.split("\r")
    for number, line in enumerate(lines, start=1):
        if not line.strip("\ufeff \t\r"):
            continue
        filled += 1
        if filled > limits.ROWS:
            raise too_many_rows()
        notes.seen(filled)
        try:
            item = read_json(line.strip("\ufeff"))
        except JsonWrong as wrong:
            if options.skip_bad_rows:
                skipped += 1
                continue
            _bad_line(number, line, wrong, notes)
            continue
        if isinstance(item, dict):
            yield _clean(number, item, notes) if "\\u" in line else (number, item)
        else:
            _not_an_object(number, item, notes)
    if skipped:
        notes.notes.append(f"{skipped:,} lines that are not JSON were skipped.")


def _bad_line(number: int, line: str, wrong: JsonWrong, notes: Findings) -> None:
    whole = "One object per line is expected. " if line.strip() in "[{" else ""
    remedy = f"{whole}Correct the line, or skip bad lines."
    notes.add("invalid_json", _at(wrong), remedy, row=number, found=excerpt(line))


def _at(wrong: JsonWrong) -> str:
    place = f" (column {wrong.column:,})" if wrong.column else ""
    return f"This is not valid JSON{place}: {wrong.wrong}"


def _not_an_object(number: int, item: object, notes: Findings) -> None:
    wrong = f"{notes.unit.capitalize()} {number:,} is not an object."
    remedy = 'Write it like {"input": "...", "expected": "..."}.'
    notes.add("not_an_object", wrong, remedy, row=number, found=excerpt(item))


def _table(kind: str, rows: list[Numbered], notes: Findings) -> Table:
    if not rows and not notes.problems:
        raise refused("no_rows", "No rows.", "Add at least one object.")
    if len(rows) > limits.ROWS:
        raise too_many_rows()
    columns = _columns(item for _, item in rows)
    check_alike(columns, notes)
    _note_rare_keys(columns, rows, notes)
    read = tuple(
        Row(number, tuple(_cell(item.get(c), c, number, notes) for c in columns))
        for number, item in rows
    )
    return Table(kind=kind, columns=columns, rows=read)


def _columns(items: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for item in items:
        names.update(dict.fromkeys(item))
        check_count(len(names))
    return tuple(names)


def _note_rare_keys(
    columns: tuple[str, ...], rows: list[Numbered], notes: Findings
) -> None:
    counts = Counter(key for _, item in rows for key in item)
    rare = [excerpt(name, 40) for name in columns if counts[name] < len(rows)]
    if rare:
        notes.notes.append(f"Not every {notes.unit} has: {', '.join(rare)}.")


def _cell(value: Value, name: str, number: int, notes: Findings) -> Value:
    if not isinstance(value, str):
        return value
    check_length(value, number, name, notes)
    return value


def _clean(number: int, item: dict[str, Any], notes: Findings) -> Numbered:
    cleaned, replaced = clean_value(item)
    if replaced:
        wrong = f"{replaced} unreadable characters were replaced."
        notes.warn("replaced", wrong, "", row=number)
    return number, cleaned
