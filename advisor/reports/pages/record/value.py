"""Of what is a decision record made? The one value of page, PDF and every export.

All texts are ready to read; ``document`` holds the same figures as numbers, for the
exports that calculate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from advisor.reports.pages.comparison import Comparison
from advisor.reports.pages.techniques import Technique
from advisor.web.parts import Fact, Notice, Verdict

FigureName = Literal["trade-off", "latency", "volume", "tags"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who decided what, when, until when; ``name`` is empty on a shared record."""

    verdict: str
    model: str
    name: str
    role: str
    when: str
    revisit_by: str
    reason: str

    @property
    def who(self) -> str:
        """Return name and role as they were given."""
        return ", ".join(part for part in (self.name, self.role) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A numbered figure: what it shows in words, and its caption."""

    name: FigureName
    number: int
    alt: str
    caption: str

    @property
    def numbered(self) -> str:
        """Return the caption with its number."""
        return f"Figure {self.number}. {self.caption}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequences:
    """What follows from the decision, and what would change it, each with a number."""

    good: tuple[str, ...]
    bad: tuple[str, ...]
    revisit: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One sample of the appendix: its input and every answer."""

    title: str
    input: str
    expected: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The decision record of one finished run."""

    name: str
    heading: str
    status: Verdict
    title: str
    team: str
    project: str
    run_number: int
    day: str
    meta: tuple[tuple[str, str], ...]
    comparison: Comparison
    notices: tuple[Notice, ...]
    context: tuple[str, ...]
    options_intro: str
    figures: tuple[Figure, ...]
    consequences: Consequences
    method: tuple[Fact, ...]
    signature: Signature | None
    samples: tuple[Asked, ...]
    document: Mapping[str, Any]
    stamp: str

    @property
    def footer(self) -> str:
        """Return what stands under every page."""
        name = f"decision record {self.name}, " if self.name else "decision record, "
        return f"{self.project} · {name}run {self.run_number} · {self.day}"

    @property
    def brief(self) -> tuple[tuple[str, str], ...]:
        """Return good, bad and the first trigger in a line each."""
        found = self.consequences
        trigger = found.revisit[0].rstrip(";.") + "." if found.revisit else ""
        parts = (
            ("Good:", " ".join(found.good[:2])),
            ("Bad:", " ".join(found.bad[:2])),
            ("Revisit when", trigger),
        )
        return tuple(part for part in parts if part[1])

    @property
    def techniques(self) -> tuple[Technique, ...]:
        """Return the techniques that are worth a test."""
        return tuple(one for one in self.comparison.techniques if one.advised)

    def figure(self, name: FigureName) -> Figure | None:
        """Return a figure by name; None where there is nothing to draw."""
        return next((one for one in self.figures if one.name == name), None)
