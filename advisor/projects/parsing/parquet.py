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
        # Column by column: of two with one name neither is lost.
        read = [one.to_pylist() for one in file.read(use_threads=False).columns]
    except MemoryError:  # Arrow's own is an ArrowException as well
        raise
    except (ArrowException, OSError, ValueError) as error:
        wrong = "The Parquet file is damaged."
        raise refused("damaged_file", wrong, "Write it again.") from error
    items = list(zip(*read, strict=True))
    if not items:
        raise refused("no_rows", "No rows.", "Add at least one.")
    rows = tuple(
        Row(
            number,
            tuple(
                _cell(value, name, number, notes)
                for name, value in zip(columns, item, strict=True)
            ),
        )
        for number, item in enumerate(items, start=1)
    )
    return Table(kind="parquet", columns=columns, rows=rows)


def _constant(name: str) -> str | None:
    """Return what a number that is none stands for: NaN is how many write a gap."""
    return None if name == "NaN" else name


def _cell(value: Any, name: str, number: int, notes: Findings) -> Any:
    if value is None or isinstance(value, str | bool | int):
        plain = value
    else:
        # Dates, decimals and bytes have no JSON form; their text is what is shown.
        plain = json.loads(json.dumps(value, default=str), parse_constant=_constant)
    cleaned, replaced = clean_value(plain)
    if replaced:
        wrong = f"{replaced} unreadable characters were replaced."
        notes.warn("replaced", wrong, "", row=number, column=name)
    if isinstance(cleaned, str):
        check_length(cleaned, number, name, notes)
    return cleaned
