"""What does reading a file give: a table, its problems and notes about it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from advisor.projects.parsing import limits

Value = str | int | float | bool | list[Any] | dict[str, Any] | None
Unit = Literal["row", "line", "item", "sample"]
TOLD_EVERY = 500  # rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a file: where, what was found, what to do.

    ``row`` counts as the reader of the file does: spreadsheet rows with the header as
    row 1, lines of JSON Lines, items of a JSON list; ``unit`` says which. An error
    keeps the file from being used, a warning asks for a look.
    """

    code: str
    wrong: str
    remedy: str = ""
    row: int | None = None
    column: str | None = None
    found: str | None = None
    severity: Literal["error", "warning"] = "error"
    unit: Unit = "row"

    @property
    def place(self) -> str:
        """Where it is, such as ``row 17, column "answer"``; empty for the file."""
        parts = [] if self.row is None else [f"{self.unit} {self.row:,}"]
        parts += [] if self.column is None else [f'column "{self.column}"']
        return ", ".join(parts)

    @property
    def message(self) -> str:
        """The whole problem as one line."""
        found = f" Found “{self.found}”." if self.found is not None else ""
        text = f"{self.wrong}{found} {self.remedy}".strip()
        place = self.place
        return visible(f"{place[0].upper()}{place[1:]}: {text}" if place else text)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file and a value for each column of the table."""

    number: int
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the user chose where a file can be read in more than one way."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    read_as_array: bool = False
    skip_bad_rows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file as rows; ``problems`` holds everything found, errors and warnings."""

    kind: str
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    unit: Unit = "row"
    sheets: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the file from being used."""
        return tuple(p for p in self.problems if p.severity == "error")

    def column(self, name: str) -> tuple[Value, ...]:
        """Return the values of one column, row after row."""
        at = self.columns.index(name)
        return tuple(row.values[at] for row in self.rows)


class Refused(Exception):
    """The file cannot be read any further; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.message)


def refused(code: str, wrong: str, remedy: str = "", **place: Any) -> Refused:
    """Return the error that ends the reading of a file."""
    return Refused(Problem(code=code, wrong=wrong, remedy=remedy, **place))


@dataclass(slots=True)
class Findings:
    """Collects problems and notes while a file is read, up to a limit."""

    unit: Unit = "row"
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unlisted: int = 0
    tell: Callable[[int], None] | None = None

    def seen(self, rows: int) -> None:
        """Tell how many rows were read, now and then."""
        if self.tell is not None and rows % TOLD_EVERY == 0:
            self.tell(rows)

    def add(self, code: str, wrong: str, remedy: str = "", **place: Any) -> None:
        """Note one problem; beyond the limit it is only counted."""
        if len(self.problems) >= limits.PROBLEMS:
            self.unlisted += 1
            return
        place.setdefault("unit", self.unit)
        self.problems.append(Problem(code=code, wrong=wrong, remedy=remedy, **place))

    def warn(self, code: str, wrong: str, remedy: str = "", **place: Any) -> None:
        """Note one warning."""
        self.add(code, wrong, remedy, severity="warning", **place)

    def listed(self) -> tuple[Problem, ...]:
        """Return all problems, with a last one that counts those not listed."""
        if not self.unlisted:
            return tuple(self.problems)
        be = "problem is" if self.unlisted == 1 else "problems are"
        wrong = f"{self.unlisted:,} more {be} not listed."
        rest = Problem(code="more_problems", wrong=wrong, unit=self.unit)
        return (*self.problems, rest)


def visible(text: str) -> str:
    """Return ``text`` with what cannot be printed shown as U+FFFD."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def excerpt(text: object, limit: int = 80) -> str:
    """Return a value as one visible line of at most ``limit`` characters."""
    line = " ".join(str(text).split())
    shown = visible(line[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def problem_from(values: Mapping[str, Any]) -> Problem:
    """Return the problem whose fields are ``values``."""
    return Problem(**values)


def errors_of(problems: Iterable[Problem]) -> list[Problem]:
    """Return the problems that are errors."""
    return [problem for problem in problems if problem.severity == "error"]
