"""How do the rows of a table become samples?"""

import re
from collections.abc import Iterator, Mapping

from advisor.projects.parsing import limits
from advisor.projects.parsing.contents import SampleRow
from advisor.projects.parsing.decoding import looks_empty
from advisor.projects.parsing.mapping import ColumnMapping, resolve
from advisor.projects.parsing.values import (
    Findings,
    Problem,
    Row,
    Table,
    Value,
    errors_of,
    excerpt,
)

SEPARATED = re.compile(r"[;,|]")


def samples_from(
    table: Table, mapping: ColumnMapping | Mapping[str, str | None] | None = None
) -> tuple[list[SampleRow], tuple[Problem, ...]]:
    """Return the samples of ``table``, and everything wrong with its rows.

    A row with an error gives no sample. Without an id column a sample is called after
    its place, ``row-17``. A blank expected answer is None; whether it is needed is the
    scorer's to say (``expected_problems``).
    """
    roles, problems = resolve(table.columns, mapping)
    if errors_of(problems):
        return [], tuple(problems)
    reader = _Reader(table, roles)
    samples = list(reader.read())
    return samples, reader.findings.listed()


class _Reader:
    """Reads row after row, and remembers ids and casts."""

    def __init__(self, table: Table, roles: ColumnMapping) -> None:
        self.table = table
        self.roles = roles
        self.at = {role: table.columns.index(c) for role, c in roles.as_dict().items()}
        self.findings = Findings(unit=table.unit)
        self.first: dict[str, int] = {}
        self.cast: set[str] = set()

    def read(self) -> Iterator[SampleRow]:
        for row in self.table.rows:
            text = self._input(row)
            key = self._id(row)
            group = self._short(row, "group")
            tags = self._tags(row)
            if text is None or key is None:
                continue
            yield SampleRow(
                id=key,
                input=text,
                expected=self._expected(row),
                group=group or None,
                tags=tags,
                row=row.number,
            )
        for role in sorted(self.cast):
            column = getattr(self.roles, role)
            wrong = (
                f"Some values of column “{column}” are no text and were read as text."
            )
            self.findings.warn("cast_to_text", wrong, "Is that right?")

    def _value(self, row: Row, role: str) -> Value:
        return row.values[self.at[role]] if role in self.at else None

    def _input(self, row: Row) -> str | None:
        value = self._value(row, "input")
        column = self.roles.input
        if isinstance(value, list | dict):
            wrong = "Text is needed here, not an object or a list."
            remedy = "Give text, or choose another column as the input."
            self._add("input_not_text", wrong, remedy, row, column, value)
            return None
        if value is None or value == "":
            wrong = f"{self.table.unit.capitalize()} {row.number:,} has no “{column}”."
            self._add("no_input", wrong, "Fill it in, or remove the row.", row, column)
            return None
        text = self._as_text(value, "input")
        if looks_empty(text):
            wrong = "It looks empty: it holds only spaces or invisible characters."
            self._add(
                "looks_empty", wrong, "Fill it in, or remove the row.", row, column
            )
            return None
        return text

    def _id(self, row: Row) -> str | None:
        if "id" not in self.at:
            return f"{self.table.unit}-{row.number}"
        text = self._short(row, "id")
        if text is None:
            return None
        if not text:
            wrong = f"{self.table.unit.capitalize()} {row.number:,} has no id."
            remedy = "Fill it in, or choose no id column."
            self._add("no_id", wrong, remedy, row, self.roles.id)
            return None
        if text in self.first:
            wrong = f"The id “{excerpt(text, 40)}” stands in {self.table.unit}"
            wrong = f"{wrong} {self.first[text]:,} already."
            self._add("duplicate_id", wrong, "Make ids unique.", row, self.roles.id)
            return None
        self.first[text] = row.number
        return text

    def _short(self, row: Row, role: str) -> str | None:
        """Return a short text, empty where there is none, None where it is too long."""
        value = self._value(row, role)
        text = "" if value is None else self._as_text(value, role).strip()
        if len(text) > limits.ID_CHARACTERS:
            wrong = (
                f"It has {len(text):,} characters; {limits.ID_CHARACTERS} is the limit."
            )
            column = getattr(self.roles, role)
            self._add(f"long_{role}", wrong, "Shorten it.", row, column, text)
            return None
        return text

    def _tags(self, row: Row) -> tuple[str, ...]:
        value = self._value(row, "tags")
        if value is None:
            return ()
        listed = value if isinstance(value, list) else SEPARATED.split(str(value))
        texts = all(isinstance(tag, str | int | float) for tag in listed)
        if isinstance(value, dict) or not texts:
            wrong = "Tags are a list of texts."
            remedy = 'Write ["vip"], or vip;de.'
            self._add("tags_no_list", wrong, remedy, row, self.roles.tags, value)
            return ()
        tags = {str(tag).strip()[: limits.ID_CHARACTERS] for tag in listed}
        return tuple(sorted(tags - {""}))

    def _expected(self, row: Row) -> object:
        value = self._value(row, "expected")
        return None if isinstance(value, str) and looks_empty(value) else value

    def _as_text(self, value: Value, role: str) -> str:
        if isinstance(value, str):
            return value
        if role != "id":
            self.cast.add(role)
        return str(value).lower() if isinstance(value, bool) else str(value)

    def _add(
        self,
        code: str,
        wrong: str,
        remedy: str,
        row: Row,
        column: str | None,
        found: object = None,
    ) -> None:
        shown = None if found is None else excerpt(found)
        self.findings.add(
            code, wrong, remedy, row=row.number, column=column, found=shown
        )
