"""Setup files with recorded answers, as a user has them in a folder."""

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.runs.factory import keys, right


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_answers(path: Path, answers: Mapping[str, Any], **fields: Any) -> None:
    """One line an answer; a value is the output, or the fields of the line."""
    write_lines(
        path,
        (
            {"id": key, **fields, **(one if isinstance(one, dict) else {"output": one})}
            for key, one in answers.items()
        ),
    )


def write_samples(path: Path, number: int = 80, **fields: Any) -> None:
    rows = (
        {"id": k, "input": f"{k}?", "expected": "yes", **fields} for k in keys(number)
    )
    write_lines(path, rows)


def write_setup(folder: Path, name: str = "setup.json", **changes: Any) -> Path:
    """Write a setup of three recorded models; None takes a key away."""
    write_samples(folder / "samples.jsonl")
    for model, wrong in (("big", 2), ("good", 3), ("bad", 50)):
        write_answers(folder / "recorded" / f"{model}.jsonl", right(keys(80), wrong))
    document: dict[str, Any] = {
        "project": "Yes or no",
        "samples": "samples.jsonl",
        "reference": recorded("big"),
        "candidates": [recorded("good"), recorded("bad")],
        "constraints": {"quality_margin": 0.1},
        "stop": "exhausted",
        "objective": "size",
        **changes,
    }
    path = folder / name
    kept = {key: value for key, value in document.items() if value is not None}
    path.write_text(json.dumps(kept), encoding="utf-8")
    return path


def recorded(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": name,
        "engine": "recorded",
        "file": f"recorded/{name}.jsonl",
        **fields,
    }


@dataclass(frozen=True, slots=True)
class Evaluated:
    """How the command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.err.splitlines()


def evaluate(path: object, *words: str, inline: bool = True) -> Evaluated:
    """Run `manage.py evaluate` in this process."""
    out, err = io.StringIO(), io.StringIO()
    flags = [*words, *(["--inline"] if inline else [])]
    with pytest.raises(SystemExit) as ended:
        call_command("evaluate", str(path), *flags, stdout=out, stderr=err)
    return Evaluated(int(ended.value.code or 0), out.getvalue(), err.getvalue())
