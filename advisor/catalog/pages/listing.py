"""How does a list stand in the address? What is searched, filtered, sorted, and where.

Whatever an address asks for and the page does not know is left out, so that an old
link still opens.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from advisor.web.parts import Paging

Row = TypeVar("Row")
PAGE = 25
LONGEST = 80
Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The query of an address, as far as a page knows it."""

    values: Mapping[str, str]
    page: int

    @classmethod
    def of(cls, query: Mapping[str, str], known: Collection[str]) -> "Asked":
        """Read an address; ``known`` are the names that the page understands."""
        found = {name: query.get(name, "").strip()[:LONGEST] for name in known}
        text = query.get("page", "")
        number = int(text) if text.isdecimal() and len(text) < 6 else 1
        return cls(values=found, page=max(1, number))

    def __getitem__(self, name: str) -> str:
        """Return what is asked of one name, empty where nothing is."""
        return self.values.get(name, "")

    def number(self, name: str) -> int | None:
        """Return a whole number of the address, None where it is none."""
        text = self[name].replace(",", "")
        return int(text) if text.isdecimal() else None

    def link(self, **changes: object) -> str:
        """Return the address of this page with some of the query changed."""
        now = {**self.values, **{key: str(value) for key, value in changes.items()}}
        return "?" + urlencode({key: value for key, value in now.items() if value})

    def part(self, rows: Sequence[Row]) -> tuple[Sequence[Row], Paging]:
        """Return the rows of the page that is asked for, and the way on."""
        last = max(1, -(-len(rows) // PAGE))
        page = min(self.page, last)
        start = (page - 1) * PAGE
        shown = rows[start : start + PAGE]
        return shown, Paging(
            first=start + 1 if shown else 0,
            last=start + len(shown),
            total=len(rows),
            previous=self.link(page=page - 1) if page > 1 else None,
            next=self.link(page=page + 1) if page < last else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One choice above a list: its name in the address, and what may be chosen."""

    name: str
    label: str
    options: Choices
    value: str


def chosen(asked: Asked, name: str, label: str, options: Choices) -> Filter:
    """Return a choice as the address has it; what is not offered is the first."""
    known = {value for value, _ in options}
    value = asked[name] if asked[name] in known else options[0][0]
    return Filter(name=name, label=label, options=options, value=value)


def offered(
    first: str, values: Collection[str], name_of: Callable[[str], str] = str
) -> Choices:
    """Return the choices of a list: everything, then each value by its name."""
    named = [(value, name_of(value)) for value in set(values) if value]
    return [("", first), *sorted(named, key=lambda one: one[1].casefold())]
