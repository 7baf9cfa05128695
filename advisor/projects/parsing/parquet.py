"""How does a Parquet file become rows? Its own footer says how large it would be."""

import io
import json
from typing import Any

from advisor.projects.parsing import limits
from advisor.projects.parsing.decoding import clean_value
from advisor.projects.parsing.delimited import check_length, too_many_rows
from advisor.projects.parsing.header import header_of
from advisor.projects.parsing.values import Findings, Row, Table, refused


def parse_parquet(data: bytes, notes: Findings) -> Table:
    """Return the rows of a Parquet file; raises Refused when too large or damaged."""
    from pyarrow import ArrowException, parquet

    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        about = file.metadata
        sizes = [
            about.row_group(i).total_byte_size for i in range(about.num_row_groups)
        ]
        if about.num_rows > limits.ROWS:
            raise too_many_rows()
        if sum(sizes) > limits.UNPACKED_BYTES:
            wrong = "It unpacks to more than 50 MB."
            raise refused("unpacks_too_large", wrong, "Take a part of the rows.")
        columns = header_of(list(file.schema_arrow.names), notes)
        items = file.read(use_threads=False).to_pylist()
    except (ArrowException, OSError, ValueError) as error:
        wrong = "The Parquet file is damaged."
        raise refused("damaged_file", wrong, "Write it again.") from error
    if not items:
        raise refused("no_rows", "No rows.", "Add at least one.")
    rows = tuple(
        Row(number, tuple(_cell(v, c, number, notes) for c, v in item.items()))
        for number, item in enumerate(items, start=1)
    )
    return Table(kind="parquet", columns=columns, rows=rows)


def _cell(value: Any, name: str, number: int, notes: Findings) -> Any:
    if value is None or isinstance(value, str | bool | int | float):
        plain = value
    else:
        # Dates, decimals and bytes have no JSON form; their text is what is shown.
        plain = json.loads(json.dumps(value, default=str))
    cleaned, replaced = clean_value(plain)
    if replaced:
        wrong = f"{replaced} unreadable characters were replaced."
        notes.warn("replaced", wrong, "", row=number, column=name)
    if isinstance(cleaned, str):
        check_length(cleaned, number, name, notes)
    return cleaned
