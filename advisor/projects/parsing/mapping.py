"""Which column holds the input, the expected answer, the id, the group, the tags?"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from advisor.projects.parsing.values import Problem

ROLES = ("input", "expected", "id", "group", "tags")
INPUTS = "input prompt question text message query ticket utterance request content"
ANSWERS = "expected answer output label target category intent completion response gold"
NAMES: dict[str, tuple[str, ...]] = {
    "input": (*INPUTS.split(), "document", "eingabe", "frage"),
    "expected": (*ANSWERS.split(), "expected_answer", "expected_output", "antwort"),
    "id": ("id", "key", "sample_id", "uid", "nr", "number"),
    "group": ("group", "conversation", "conversation_id", "customer", "thread", "user"),
    "tags": ("tags", "tag", "slice", "slices", "segment", "language", "task"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """The column of each role; None where no column has it."""

    input: str | None = None
    expected: str | None = None
    id: str | None = None
    group: str | None = None
    tags: str | None = None

    def as_dict(self) -> dict[str, str]:
        """Return the roles that have a column."""
        return {role: name for role, name in asdict(self).items() if name is not None}


def guess_mapping(columns: Sequence[str]) -> ColumnMapping:
    """Return the likeliest column of each role, by its name.

    Of two columns with unknown names the first is the input, the second the answer.
    """
    folded = {column.casefold().strip().replace(" ", "_"): column for column in columns}
    found = {
        role: next((folded[name] for name in NAMES[role] if name in folded), None)
        for role in ROLES
    }
    rest = [column for column in columns if column not in found.values()]
    if found["input"] is None and rest and len(columns) <= 2:
        found["input"] = rest.pop(0)
    if found["expected"] is None and rest and len(columns) <= 2:
        found["expected"] = rest.pop(0)
    return ColumnMapping(**found)


def resolve(
    columns: Sequence[str], given: ColumnMapping | Mapping[str, str | None] | None
) -> tuple[ColumnMapping, list[Problem]]:
    """Return the mapping to use, and what is wrong with the one given.

    Roles that a plain mapping leaves out are guessed; one that is None has no column.
    A ``ColumnMapping`` is taken as it is.
    """
    mapping = given if isinstance(given, ColumnMapping) else _filled(columns, given)
    problems = [
        _no_such_column(role, name, columns)
        for role, name in mapping.as_dict().items()
        if name not in columns
    ]
    if mapping.input is None:
        remedy = f"Choose the column that holds the input: {', '.join(columns)}."
        wrong = "No column is chosen as the input."
        problems.append(Problem(code="no_input_column", wrong=wrong, remedy=remedy))
    return mapping, problems


def _filled(
    columns: Sequence[str], given: Mapping[str, str | None] | None
) -> ColumnMapping:
    chosen = (
        {role: given[role] or None for role in ROLES if role in given} if given else {}
    )
    rest = [column for column in columns if column not in chosen.values()]
    guessed = guess_mapping(rest).as_dict()
    if given:
        # A column whose name says nothing is only taken where nothing was chosen.
        guessed = {
            role: column
            for role, column in guessed.items()
            if column.casefold() in NAMES[role]
        }
    return ColumnMapping(**{**guessed, **chosen})


def _no_such_column(role: str, name: str, columns: Sequence[str]) -> Problem:
    near = difflib.get_close_matches(name, columns, 1)
    hint = f"Did you mean “{near[0]}”? " if near else ""
    return Problem(
        code="no_such_column",
        wrong=f"There is no column “{name}” for {role}.",
        remedy=f"{hint}Columns: {', '.join(columns)}.",
    )
