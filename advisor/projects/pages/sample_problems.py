"""What is shown of what is wrong with a file? Its problems, and cells to put right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from advisor.projects.models import Intake
from advisor.projects.parsing import Problem
from advisor.projects.parsing.header import OF_THE_HEADER
from advisor.sizing import formats
from advisor.web.parts import Paging

PROBLEMS = 50  # of a page


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemRow:
    """One thing wrong with a file; with a ``field`` its cell is put right in place.

    ``field`` names the cell in the form, ``text`` is what stands there.
    """

    problem: Problem
    field: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemList:
    """Everything wrong with a file, a page of it at a time."""

    heading: str
    first: tuple[str, ...]
    rows: tuple[ProblemRow, ...]
    can_be_put_right: bool
    paging: Paging
    csv: str
    leave_out: str


def problems_of(
    intake: Intake | None, base: str, number: int = 1
) -> ProblemList | None:
    """Return a page of what is wrong with a refused file, with the way to all of it."""
    if intake is None or intake.state != Intake.State.REFUSED:
        return None
    found = [Problem(**one) for one in intake.problems]
    found.sort(key=lambda one: (one.severity != "error", one.row or 0))
    errors = [one for one in found if one.severity == "error"]
    of_rows = [one for one in errors if one.row and one.code not in OF_THE_HEADER]
    rows = {one.row for one in of_rows}
    paging, start = paging_of(len(found), PROBLEMS, number, base, "problems")
    told = f"{formats.count(len(rows), 'row')} cannot be used." if rows else ""
    usable = intake.usable or 0
    leave = ""
    if rows and usable and len(of_rows) == len(errors):
        leave = (
            f"Leave the {formats.count(len(rows), 'row')} out and continue with"
            f" {formats.number(usable)}"
        )
    listed = _problem_rows(found[start : start + PROBLEMS], intake.cells)
    return ProblemList(
        heading=told,
        first=tuple(one.message for one in errors[:5]),
        rows=listed,
        can_be_put_right=any(one.field for one in listed),
        paging=paging,
        csv=f"{base}problems.csv",
        leave_out=leave,
    )


def _problem_rows(
    found: Sequence[Problem], cells: Mapping[str, Mapping[str, str]]
) -> tuple[ProblemRow, ...]:
    """Return problems with the cells that they are about, each cell once."""
    rows, seen = [], set()
    for one in found:
        place, column = str(one.row), one.column or ""
        field = f"cell:{place}:{column}"
        known = one.severity == "error" and column in cells.get(place, {})
        if not known or field in seen:
            rows.append(ProblemRow(problem=one))
            continue
        seen.add(field)
        text = cells[place][column]
        rows.append(ProblemRow(problem=one, field=field, text=text))
    return tuple(rows)


def problem_rows(intake: Intake) -> list[tuple[object, ...]]:
    """Return everything wrong with a file as rows of a CSV file, its header first."""
    head = ("row", "column", "severity", "what is wrong", "found", "what to do")
    listed = [Problem(**one) for one in intake.problems]
    return [
        head,
        *((p.row, p.column, p.severity, p.wrong, p.found, p.remedy) for p in listed),
    ]


def page_number(text: str | None) -> int:
    """Return the page that an address asks for; the first where it asks for none."""
    return (
        int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else 1
    )


def paging_of(
    total: int, size: int, number: int, base: str, name: str
) -> tuple[Paging, int]:
    """Return the ways between pages of a list, and where the page begins."""
    pages = max(1, -(-total // size))
    number = min(max(1, number), pages)
    start = (number - 1) * size
    address = base if "?" in base else f"{base}?"

    def at(page: int) -> str | None:
        return f"{address}{name}={page}#{name}" if 1 <= page <= pages else None

    paging = Paging(
        first=min(start + 1, total),
        last=min(start + size, total),
        total=total,
        previous=at(number - 1),
        next=at(number + 1),
    )
    return paging, start
