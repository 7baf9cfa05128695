"""Whatever the bytes are, reading them gives a table or problems, never a crash."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.projects.parsing import (
    meaning_problems,
    parse_table,
    samples_from,
    sha256_of_samples,
)
from tests.projects.parsing.workbooks import workbook

SEEDS = {
    "a.csv": 'input,expected\n"a ""b""",c\nd,é\n'.encode(),
    "a.tsv": b"id\tinput\n1\ta\n",
    "a.json": b'[{"input": "a", "expected": {"b": [1, null, 2.5]}}]',
    "a.jsonl": b'{"id": "1", "input": "a", "tags": ["x"]}\n{"input": "\\u00e9"}\n',
    "a.xlsx": workbook(),
}
QUIET = settings(
    deadline=None, max_examples=25, suppress_health_check=list(HealthCheck)
)


def read(data, name):
    table = parse_table(data, name)
    samples, problems = samples_from(table)
    if not table.problems and not table.rows:
        raise AssertionError("an empty table without a problem")
    for problem in (*table.problems, *problems, *meaning_problems(samples)):
        assert problem.message
        assert problem.message.isprintable()
    sha256_of_samples(samples)


@pytest.mark.parametrize("name", SEEDS)
@QUIET
@given(data=st.data())
def test_a_changed_file_is_read_or_refused(name, data):
    content = bytearray(SEEDS[name])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        new = data.draw(st.binary(max_size=6))
        content[at : at + data.draw(st.integers(0, 6))] = new
    read(bytes(content), name)


@pytest.mark.parametrize("name", SEEDS)
@QUIET
@given(content=st.binary(max_size=400))
def test_noise_is_read_or_refused(name, content):
    read(content, name)


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.jsonl"])
@QUIET
@given(text=st.text(max_size=300))
def test_any_text_is_read_or_refused(name, text):
    read(text.encode("utf-8", "replace"), name)
