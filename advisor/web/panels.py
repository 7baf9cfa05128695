"""Of what values are the side panels made: consequences, what-if, ranking?"""

from dataclasses import dataclass

from advisor.web.parts import Fact, Link, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """How many models one reason takes out of the running."""

    count: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectPanel:
    """What follows from what was typed: who is left, who is out and why, at what load.

    ``left`` of ``total``; the counts of ``excluded`` add up to the rest. ``facts`` are
    shown under ``facts_title``.
    """

    title: str
    left: int | None = None
    total: int | None = None
    of_what: str = "catalog models"
    excluded: tuple[Excluded, ...] = ()
    note: str = ""
    link: Link | None = None
    facts_title: str = ""
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RankRow:
    """One candidate in the what-if ranking."""

    name: str
    value: str
    verdict: Verdict
    recommended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slider:
    """A slider and a number field that hold the same value; either may be used."""

    name: str
    label: str
    value: float
    shown: str
    unit: str
    least: float
    most: float
    step: float
    ends: tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """A made model beside its parent on the same samples; pairs: before, after."""

    made: Link
    parent: str
    technique: str
    before: str
    after: str
    difference: str
    interval: str
    samples: str
    verdict: Verdict
    size: tuple[str, str]
    file: tuple[str, str]
    p95: tuple[str, str]
    cost: str
    cost_note: str
