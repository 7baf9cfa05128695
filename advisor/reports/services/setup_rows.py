"""What is wrong in the files that a setup names, row by row and line by line?

Works on what was typed, so that rows are told even where the schema is wrong too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from advisor.engines.recorded import parse_recorded
from advisor.projects.parsing import Problem as RowProblem
from advisor.projects.parsing import (
    SampleRow,
    expected_problems,
    limits,
    parse_table,
    samples_from,
)
from advisor.projects.parsing.values import Unit
from advisor.projects.schema import (
    Problem,
    Setup,
    SetupFiles,
    about_file,
    check_samples,
    without_reference,
)
from advisor.projects.schema.checks import entries_of
from advisor.scoring.base import ScorerInvalid
from advisor.scoring.registry import scorer

EMPTY = ("is empty", "Write one sample or answer a line.")
TOO_LARGE = ("is larger than 25 MB", "Leave out lines and keys that nobody needs.")


@dataclass(frozen=True, slots=True)
class Rows:
    """The samples that could be read, everything wrong, and what only warns."""

    samples: tuple[SampleRow, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]


def read_rows(
    value: Setup | None, given: Mapping[str, Any], files: SetupFiles, told: set[str]
) -> Rows:
    """Return the samples of a setup with what is wrong in all of its files.

    ``value`` is the setup where it is one, ``given`` what was typed; ``told`` are the
    key paths that have a problem already, such as a file that is not there.
    """
    samples: list[SampleRow] = []
    problems: list[Problem] = []
    warnings: list[str] = []
    named = given.get("samples")
    if files.samples.strip():
        samples, problems, found = _samples(value, given, files)
        problems += [about_file(one, named) for one in found if _is_error(one)]
        warnings = [one.message for one in found if not _is_error(one)]
    elif isinstance(named, str) and "samples" not in told:
        problems = [Problem("samples", named, *EMPTY)]
    problems += _recorded(given, files, samples, told)
    return Rows(tuple(samples), tuple(problems), tuple(warnings))


def _is_error(problem: RowProblem) -> bool:
    return problem.severity == "error"


def _samples(
    value: Setup | None, given: Mapping[str, Any], files: SetupFiles
) -> tuple[list[SampleRow], list[Problem], list[RowProblem]]:
    table = parse_table(files.samples, files.samples_name)
    if not table.columns:
        return [], [], list(table.problems)
    rows, found = samples_from(table, _mapping(given.get("mapping")))
    told = [*table.problems, *found]
    if value is not None and rows:
        problems, about = check_samples(value, rows, table.unit)
        return rows, problems, [*told, *about]
    return rows, [], [*told, *_expected(given.get("scorer"), rows, table.unit)]


def _expected(
    spec: object, rows: Sequence[SampleRow], unit: Unit
) -> Sequence[RowProblem]:
    """Return what a scorer cannot score, where the setup names a usable one."""
    if not isinstance(spec, str | Mapping | list | None):
        return ()
    try:
        return expected_problems(rows, scorer(spec or "exact_match"), unit)
    except ScorerInvalid:
        return ()


def _mapping(given: object) -> dict[str, str | None] | None:
    if not isinstance(given, Mapping):
        return None
    named: dict[str, str | None] = {
        key: name for key, name in given.items() if isinstance(name, str)
    }
    return named or None


def _recorded(
    given: Mapping[str, Any],
    files: SetupFiles,
    samples: Sequence[SampleRow],
    told: set[str],
) -> Iterator[Problem]:
    """Yield what is wrong with recorded files, line by line, and with their ids."""
    for place, entry in entries_of(given):
        path, name = f"{place}.file", entry.get("file")
        if not isinstance(name, str) or path in told:
            continue
        content = files.recorded.get(str(entry.get("id")), b"")
        if not content.strip():
            yield Problem(path, name, *EMPTY)
            continue
        if len(content) > limits.FILE_BYTES:
            yield Problem(path, name, *TOO_LARGE)
            continue
        try:
            rows, problems = parse_recorded(content.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            wrong = f"is not UTF-8 text at byte {error.start:,}"
            yield Problem(path, name, wrong, "Save it as UTF-8.")
            continue
        for problem in problems:
            wrong = f"line {problem.line:,}: {problem.message}".rstrip(".")
            yield Problem(path, name, wrong, "Correct the line.")
        if place == "reference" and samples and not problems:
            _, missing = without_reference(samples, {row.id for row in rows})
            if missing is not None:
                yield replace(missing, given=name)
