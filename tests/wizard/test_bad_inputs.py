"""What else may come in, and what the user reads: bad inputs by the number of the list.

`bad_inputs.txt` beside this file says which test holds each of the 104.
"""

import ast
import io
import zipfile
from pathlib import Path

import pytest

from advisor.projects.models import SampleSet
from advisor.projects.parsing import parse_table, samples_from
from advisor.projects.schema import parse_setup
from advisor.projects.services.permits import for_members
from tests.projects.parsing.workbooks import workbook
from tests.runs.factory import keys
from tests.wizard.walk import Walk, lines, text

TESTS = Path(__file__).parents[1]
INDEX = Path(__file__).with_name("bad_inputs.txt")


def told(data: bytes, name: str) -> list[str]:
    """Everything said of a file: its table, then its rows as samples."""
    table = parse_table(data, name)
    found = samples_from(table)[1] if table.columns else ()
    return [one.message for one in (*table.problems, *found)]


FILES = [
    ("5", workbook(), "a.csv", "This is an Excel file. Rename it to .xlsx."),
    (
        "22",
        "input,expected\nGrüße,a\n".encode() + "Grüße,b\n".encode("latin-1"),
        "a.csv",
        "Row 3: Not UTF-8; looks like Windows-1252.",
    ),
    (
        "26",
        "input,expected\nok,a\n\u200b\u202e,b\n".encode(),
        "a.csv",
        'Row 3, column "input": It looks empty',
    ),
    ("50", b'{\n"input": "a"\n}', "a.jsonl", "One object per line is expected."),
    ("54", b'{"input": "a"}\n{"expected": "b"}', "a.jsonl", "Line 2 has no “input”."),
    (
        "62",
        b'{"input": {"a": 1}}',
        "a.jsonl",
        "Text is needed here, not an object or a list.",
    ),
    (
        "65",
        b'{"input": true}\n{"input": 7}',
        "a.jsonl",
        "Some values of column “input” are no text and were read as text.",
    ),
    (
        "66",
        b'{"input": [{"role": "robot", "content": "a"}]}',
        "a.jsonl",
        "Line 1, column",
    ),
    ("70", None, "a.xlsx", "1,000 is the limit."),
    ("83", b"k1,k2,k3\na,b,c\n", "a.csv", "No column is chosen as the input."),
]


def many_parts() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"xl/{number}.xml", b"")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "wanted"),
    [case[1:] for case in FILES],
    ids=[case[0] for case in FILES],
)
def test_a_bad_file_is_answered_in_words(data, name, wanted):
    found = told(many_parts() if data is None else data, name)
    assert any(wanted in one for one in found), found


@pytest.mark.parametrize(
    ("data", "name", "kept"),
    [
        ("input,expected\n1٢,a\n".encode(), "a.csv", "1٢"),  # 47
        (b'{"input": "a", "more": 1}\n{"input": "b"}', "a.jsonl", "a"),  # 55
    ],
    ids=["47", "55"],
)
def test_what_is_harmless_is_kept_as_it_is(data, name, kept):
    table = parse_table(data, name)
    assert table.errors == ()
    assert table.column("input")[0] == kept


@pytest.mark.parametrize(
    ("number", "model", "wanted"),
    [
        ("97a", "../x", "is not among the folders"),
        ("97b", "https://hub.example/x", "is neither a built-in model nor the id"),
        ("97c", "x" * 150, "is neither a built-in model nor the id"),
        ("97d", "builtin/tickets-smal", "is no built-in model"),
        ("97e", "Qwen/Qwen3-0.6B", "needs a pinned revision"),
        ("98", "/srv/models/other", "is not among the folders"),
    ],
)
def test_a_model_that_cannot_be_is_named(number, model, wanted, team):
    one = {"id": "a", "engine": "transformers", "model": model}
    value = parse_setup(
        {
            "project": "A name",
            "samples": 1,
            "candidates": [one],
            "constraints": {"min_quality": 0.5},
        },
        stored=True,
    )
    (problem,) = for_members(value, team)
    assert problem.path.startswith("candidates.0.")
    assert wanted in problem.wrong


@pytest.mark.parametrize(
    ("number", "typed", "wanted"),
    [
        ("99a", {"budget": "-1"}, "Enter an amount of 0 or more"),
        ("99b", {"p95": "0"}, "Enter a time between 0.05 and 120 seconds"),
        ("99c", {"p95": "NaN"}, "Enter a time between 0.05 and 120 seconds"),
        ("99d", {"budget": "1e309"}, "Enter an amount of 0 or more"),
        ("100", {"volume": "3,000,000", "peak": "1"}, "Enter a peak of at least 1.1"),
        ("101a", {"slices": "<script> 101"}, "Write a tag and 0 to 100 points"),
    ],
)
def test_a_number_that_cannot_be_is_told_at_its_field(
    walk: Walk, number, typed, wanted
):
    walk.begin()
    answer = walk.limit(**typed)
    assert answer.status_code == 422
    assert wanted in text(answer)
    assert "<script> 101" not in text(answer)


def test_a_grouped_number_is_one(walk: Walk):
    walk.begin()
    assert walk.limit(budget="1,000").status_code == 302
    assert walk.document["constraints"]["monthly_budget_usd"] == 1000


@pytest.mark.parametrize(
    ("number", "name", "status"),
    [
        ("101b", "", 422),
        ("101c", "x" * 5000, 422),
        ("101d", "    ", 422),
        ("101e", "<script>alert(1)</script>", 302),
    ],
)
def test_a_name_is_refused_or_shown_as_text(walk: Walk, number, name, status):
    answer = walk.begin(name=name)
    assert answer.status_code == status
    assert "<script>alert" not in text(walk.client.get(walk.home))


def test_weights_that_are_nothing_are_told(walk: Walk):
    walk.begin()
    parts = '[{"name": "contains", "weight": 0}, {"name": "exact_match", "weight": 0}]'
    answer = walk.score(scorer="several", options=parts)
    assert answer.status_code == 422
    assert "eight" in text(answer)


def test_samples_longer_than_every_candidate_reads_are_named_by_row(walk: Walk):
    walk.begin()
    rows = [{"id": k, "input": f"short {k}", "expected": "yes"} for k in keys(40)]
    rows[6]["input"] = "word " * 3000
    walk.upload(lines(rows))
    walk.score(max_output_tokens="16")
    walk.post("candidates/several", {"models": ["builtin/tickets-small"]})
    draft = walk.draft
    draft.document["candidates"][0]["context_tokens"] = 512
    draft.save()
    page = text(walk.open("candidates"))
    assert "1 sample too long for every candidate." in page
    assert "Rows 7 take more than 512 tokens" in page


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG", b"input\n" + b'"' * 1001, workbook()[:900]]
)
def test_a_refused_file_stores_no_sample(walk: Walk, data: bytes):
    walk.begin()
    answer = walk.upload(data, "bad.csv")
    assert answer.status_code == 422
    assert not SampleSet.objects.exists()
    assert walk.draft.sample_set is None


def test_each_of_the_104_is_held_by_a_test_that_exists():
    held: set[int] = set()
    for line in INDEX.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        numbers, _, where = line.partition(" ")
        low, _, high = numbers.partition("-")
        held |= set(range(int(low), int(high or low) + 1))
        for one in where.split():
            path, _, name = one.partition("::")
            tree = ast.parse((TESTS / path).read_text())
            names = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
            assert name in names, one
    assert held == set(range(1, 105))
