"""Parquet files become the same rows as other files."""

import io

import pyarrow as pa
import pytest
from pyarrow import parquet

from advisor.projects.parsing import parse_table


def packed(columns):
    stream = io.BytesIO()
    parquet.write_table(pa.table(columns), stream)
    return stream.getvalue()


def test_rows_keep_their_values():
    data = packed({"input": ["a", "b"], "expected": [1, 2], "tags": [["x"], []]})

    table = parse_table(data, "a.parquet")

    assert table.columns == ("input", "expected", "tags")
    assert [row.values for row in table.rows] == [("a", 1, ["x"]), ("b", 2, [])]


@pytest.mark.parametrize("data", [b"PAR1....PAR1", packed({"a": ["x"]})[:-8]])
def test_a_damaged_file_is_named(data):
    assert "damaged" in parse_table(data, "a.parquet").errors[0].message


def test_too_many_rows_are_refused_by_the_footer():
    data = packed({"input": ["a"] * 20_001})

    assert "20,000 rows" in parse_table(data, "a.parquet").errors[0].message


def test_a_bomb_is_refused_by_the_footer():
    data = packed({"input": ["x" * 60_000 + str(n) for n in range(1_000)]})

    assert "50 MB" in parse_table(data, "a.parquet").errors[0].message
