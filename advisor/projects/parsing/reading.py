"""Which reader reads this file, and what did it find?"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from advisor.projects.parsing import limits
from advisor.projects.parsing.decoding import decode
from advisor.projects.parsing.delimited import parse_delimited
from advisor.projects.parsing.json_table import parse_json, parse_jsonl
from advisor.projects.parsing.kinds import kind_of
from advisor.projects.parsing.parquet import parse_parquet
from advisor.projects.parsing.spreadsheet import parse_spreadsheet
from advisor.projects.parsing.values import Findings, Options, Refused, Table

DEFAULTS = Options()


def parse_table(
    source: bytes | Path | str,
    filename: str = "",
    options: Options = DEFAULTS,
    tell: Callable[[int], None] | None = None,
) -> Table:
    """Read a file into rows; never raises for what is in it.

    ``source`` is the bytes, or a path whose name stands for a missing ``filename``.
    Everything wrong is in ``problems`` of the table. ``tell`` is called with the number
    of rows read, now and then.
    """
    if isinstance(source, bytes):
        data = source
    else:
        path = Path(source)
        filename = filename or path.name
        with path.open("rb") as file:
            data = file.read(limits.FILE_BYTES + 1)
    notes = Findings(tell=tell)
    try:
        table = _read(data, filename, options, notes)
    except Refused as refusal:
        notes.problems.append(refusal.problem)
        table = Table(kind="unknown")
    return replace(
        table, problems=notes.listed(), notes=tuple(notes.notes), unit=notes.unit
    )


def _read(data: bytes, filename: str, options: Options, notes: Findings) -> Table:
    kind = kind_of(data, filename)
    if kind == "xlsx":
        return parse_spreadsheet(data, options, notes)
    if kind == "parquet":
        return parse_parquet(data, notes)
    text = decode(data, options.encoding, notes)
    if kind == "jsonl":
        return parse_jsonl(text, options, notes)
    if kind == "json":
        return parse_json(text, notes)
    return parse_delimited(text, kind, options, notes)
