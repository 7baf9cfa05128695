"""The child process reads what the parent would, and dies alone."""

import json
import subprocess
import sys
from dataclasses import asdict

import pytest

from advisor.projects.parsing import Options, parse_in_child, parse_table
from tests.projects.parsing.workbooks import workbook

FILES = [
    (b"input,expected\na,b\n\nx\n", "a.csv"),
    (b'{"input": "\\ud800", "expected": {"a": [1, null]}}', "a.jsonl"),
    (workbook(), "a.xlsx"),
    (b"", "a.csv"),
]


@pytest.mark.parametrize(("data", "name"), FILES)
def test_the_child_finds_what_the_parent_would(data, name):
    assert parse_in_child(data, name, Options()) == parse_table(data, name)


def parquet_file(*inputs):
    import io

    import pyarrow as pa
    from pyarrow import parquet

    stream = io.BytesIO()
    parquet.write_table(pa.table({"input": inputs}), stream)
    return stream.getvalue()


def test_parquet_is_read_within_the_memory_limit():
    table = parse_in_child(parquet_file("a", "b"), "a.parquet", Options())

    assert [row.values for row in table.rows] == [("a",), ("b",)]


def test_what_a_reader_needs_does_not_grow_with_the_cores_of_the_machine():
    # Enough for one thread of numpy, and not for two.
    table = parse_in_child(
        parquet_file("a", "b"), "a.parquet", memory_bytes=105_000_000
    )

    assert [row.values for row in table.rows] == [("a",), ("b",)]


ABORTS_AT_ITS_END = """
import atexit, os, runpy
atexit.register(os.abort)
runpy.run_module("advisor.projects.parsing", run_name="__main__")
"""


def test_what_was_read_is_told_though_a_library_aborts_at_the_end():
    words = ['["a.csv", 60, 512000000]', json.dumps(asdict(Options()))]

    done = subprocess.run(
        [sys.executable, "-c", ABORTS_AT_ITS_END, *words],
        input=b"input\na\n",
        capture_output=True,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"] == [[2, "a"]]


def items(count):
    return b"[" + b",".join(b'{"input":"%d"}' % n for n in range(count)) + b"]"


def test_what_takes_too_long_is_ended_and_told():
    table = parse_in_child(items(1_200_000), "a.json", cpu_seconds=1)

    assert [problem.code for problem in table.errors] == ["parser_time"]


def test_what_takes_too_much_memory_is_ended_and_told():
    table = parse_in_child(items(300_000), "a.json", memory_bytes=90_000_000)

    assert [problem.code for problem in table.errors] == ["parser_memory"]


def test_a_parquet_file_that_takes_too_much_memory_is_not_called_damaged():
    large = parquet_file(*(f"{n} " * 400 for n in range(19_000)))

    table = parse_in_child(large, "a.parquet", memory_bytes=130_000_000)

    assert [problem.code for problem in table.errors] == ["parser_memory"]


def test_parsing_loads_neither_django_nor_a_model_runner():
    code = (
        "import sys, advisor.projects.parsing;"
        "print([m for m in ('django', 'torch', 'transformers', 'celery')"
        " if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert done.stdout.strip() == "[]", done.stderr
