"""Parquet files become the same rows as other files."""

import io

import pyarrow as pa
import pytest
from pyarrow import parquet

from advisor.projects.parsing import parse_table, samples_from, sha256_of_samples


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


def test_numbers_that_are_none_are_gaps_or_text_and_can_be_hashed():
    nan, inf = float("nan"), float("inf")
    data = packed({"input": ["a", "b"], "expected": [nan, inf], "x": [[nan], [1.5]]})

    table = parse_table(data, "a.parquet")

    assert [row.values for row in table.rows] == [
        ("a", None, [None]),
        ("b", "Infinity", [1.5]),
    ]
    assert len(sha256_of_samples(samples_from(table)[0])) == 64


def test_of_two_columns_with_one_name_neither_is_lost():
    stream = io.BytesIO()
    columns = [pa.array(["a"]), pa.array(["b"]), pa.array(["c"])]
    parquet.write_table(pa.table(columns, ["input", "input", "expected"]), stream)

    table = parse_table(stream.getvalue(), "a.parquet")

    assert table.errors[0].code == "duplicate_column"
    assert table.rows[0].values == ("a", "b", "c")
    assert samples_from(table)[0][0].expected == "c"
