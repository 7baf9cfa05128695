"""The files of a setup are found beside it, or named as they were written."""

import pytest

from advisor.projects.schema import (
    SetupInvalid,
    parse_setup,
    read_files,
    read_given,
)
from tests.projects.schema.test_parse import SETUP


def test_files_are_read_relative_to_the_setup(tmp_path):
    (tmp_path / "tickets.jsonl").write_bytes(b'{"input": "a"}')
    (tmp_path / "large.jsonl").write_bytes(b'{"id": "1", "output": "b"}')
    (tmp_path / "mini").mkdir()
    entry = {"id": "mini", "engine": "transformers", "model": "mini"}

    found, problems = read_files(
        parse_setup({**SETUP, "candidates": [entry]}), tmp_path
    )

    assert problems == []
    assert (found.samples_name, found.samples) == ("tickets.jsonl", b'{"input": "a"}')
    assert dict(found.recorded) == {"large": b'{"id": "1", "output": "b"}'}


def test_what_is_not_there_is_named_as_it_was_written(tmp_path):
    (tmp_path / "folder").mkdir()
    setup = parse_setup(
        {
            **SETUP,
            "samples": "../no/such.jsonl",
            "reference": {"id": "r", "engine": "recorded", "file": "folder"},
        }
    )

    _, problems = read_files(setup, tmp_path)

    assert [(p.path, p.given, p.wrong) for p in problems] == [
        ("samples", "../no/such.jsonl", "is not there"),
        ("reference.file", "folder", "is a folder, not a file"),
        ("candidates.0.model", "builtin/a", "is no built-in model"),
    ]
    assert str(tmp_path) not in str(problems)


def test_built_in_samples_need_no_file(tmp_path):
    setup = parse_setup({**SETUP, "samples": "builtin/tickets"})

    found, _ = read_files(setup, tmp_path)

    assert found.samples_name == "tickets.jsonl"
    assert found.samples.startswith(b"{")


@pytest.mark.parametrize(
    ("model", "revision", "words"),
    [
        ("org/name", None, "needs a pinned revision"),
        ("org/name", "0" * 40, None),
        ("./org/name", None, "is not a folder"),
        ("builtin/tickets-smal", None, "is no built-in model"),
        ("builtin/tickets-small", None, None),
    ],
)
def test_a_model_is_built_in_a_folder_or_a_pinned_hub_id(
    tmp_path, model, revision, words
):
    entry = {"id": "a", "engine": "transformers", "model": model, "revision": revision}
    setup = parse_setup({**SETUP, "candidates": [entry], "samples": "builtin/tickets"})

    _, problems = read_files(setup, tmp_path)

    told = " ".join(str(p) for p in problems if p.path == "candidates.0.model")
    assert (words or "") in told
    assert bool(words) == bool(told)


def test_files_of_a_wrong_setup_are_looked_at_too(tmp_path):
    with pytest.raises(SetupInvalid) as refused:
        parse_setup({**SETUP, "sed": 7})

    _, problems = read_given(refused.value.given, tmp_path)

    assert [problem.path for problem in problems] == [
        "samples",
        "reference.file",
        "candidates.0.model",
    ]
