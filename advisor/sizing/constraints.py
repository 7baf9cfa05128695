"""Which limits does a project set? One table of names, kinds and levels.

A limit is a *must*, which excludes, or a *prefer*, which only breaks ties. A constraint
that is absent or emptied is no limit; only the quality margin has a default, and only
where there is a reference to lose against.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import inf, isfinite
from typing import Literal

from advisor.sizing.errors import InvalidConstraints, Problem

Level = Literal["must", "prefer"]
Limit = float | bool | tuple[str, ...]

DEFAULT_MARGIN = 0.05
LARGEST = 1e300
SHARES = ("quality_margin", "min_quality")
POSITIVES = ("p95_latency_ms", "ttft_ms", "max_memory_gb")
LOADS = ("monthly_requests", "peak_requests_per_second")
AMOUNTS = ("monthly_budget_usd",)
COUNTS = ("context_tokens",)
FLAGS = ("local_only",)
LISTS = ("hosting", "hardware", "licences", "languages")
HOSTING = ("device", "own_server", "private_cloud", "public_api")
NAMES = (
    "quality_margin",
    "min_quality",
    "slices",
    "p95_latency_ms",
    "ttft_ms",
    "monthly_requests",
    "peak_requests_per_second",
    "monthly_budget_usd",
    "hosting",
    "local_only",
    "max_memory_gb",
    "hardware",
    "licences",
    "languages",
    "context_tokens",
)
NOISY = ("quality_margin", "min_quality", "slices")


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """One limit: its name, level and limit; ``tag`` names the slice it is about."""

    name: str
    level: Level = "must"
    limit: Limit
    tag: str | None = None

    @property
    def key(self) -> str:
        """Return the name that a table row carries, such as ``slices.vip``."""
        return self.name if self.tag is None else f"{self.name}.{self.tag}"

    @property
    def number(self) -> float:
        """Return a numeric limit; only for constraints that have one."""
        if isinstance(self.limit, tuple):
            raise TypeError(f"{self.key} is a list of names, not a number")
        return float(self.limit)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the allowed names; only for constraints that list them."""
        if not isinstance(self.limit, tuple):
            raise TypeError(f"{self.key} is a number, not a list of names")
        return self.limit


def parse(
    mapping: Mapping[str, object] | None, *, has_reference: bool = True
) -> tuple[Constraint, ...]:
    """Read the ``constraints`` of a setup into values, in the order of NAMES.

    Each entry is a limit (a must) or ``{limit, level}``; None is no limit. Raises
    InvalidConstraints with every problem of the mapping at once.
    """
    problems: list[Problem] = []
    given = dict(mapping or {})
    for key in given:
        if key not in NAMES:
            problems.append(_unknown_key(key))
    found: list[Constraint] = []
    for name in NAMES:
        entry = given.get(name)
        if name == "slices":
            found += _slices(entry, problems)
        elif (one := _read(name, entry, problems)) is not None:
            found.append(one)
    problems += _reference_problems(given, has_reference=has_reference)
    if problems:
        raise InvalidConstraints(problems)
    if has_reference and not any(one.name == "quality_margin" for one in found):
        found.insert(0, Constraint(name="quality_margin", limit=DEFAULT_MARGIN))
    return tuple(found)


def _reference_problems(
    given: Mapping[str, object], *, has_reference: bool
) -> list[Problem]:
    if has_reference:
        return []
    problems = []
    if given.get("quality_margin") is not None:
        problems.append(
            Problem(
                "constraints.quality_margin",
                given["quality_margin"],
                "needs a reference to lose against",
                "Name a reference, or leave the margin out.",
            )
        )
    if given.get("min_quality") is None:
        problems.append(
            Problem(
                "constraints.min_quality",
                None,
                "is required when there is no reference",
                "Give a score between 0 and 1.",
            )
        )
    return problems


def _unknown_key(key: str) -> Problem:
    near = get_close_matches(str(key), NAMES, n=1, cutoff=0.5)
    remedy = f"Did you mean {near[0]}?" if near else f"Use one of {', '.join(NAMES)}."
    return Problem(f"constraints.{key}", key, "is not a constraint", remedy)


def _slices(entry: object, problems: list[Problem]) -> list[Constraint]:
    """Read ``slices: {tag: floor}``; a level around the whole mapping holds for all."""
    if entry is None:
        return []
    level: Level = "must"
    if isinstance(entry, Mapping) and isinstance(entry.get("limit"), Mapping):
        level = _level("constraints.slices", entry, problems)
        entry = entry["limit"]
    if not isinstance(entry, Mapping) or not entry:
        problems.append(
            Problem(
                "constraints.slices",
                entry,
                "is not a mapping of tags to floors",
                "Write it like {vip: 0.85}.",
            )
        )
        return []
    read = [
        _read("slices", floor, problems, tag=str(tag), level=level)
        for tag, floor in entry.items()
    ]
    return [one for one in read if one is not None]


def _read(
    name: str,
    entry: object,
    problems: list[Problem],
    *,
    tag: str | None = None,
    level: Level = "must",
) -> Constraint | None:
    """Read one constraint; None when it sets no limit or cannot be read."""
    path = f"constraints.{name}" if tag is None else f"constraints.{name}.{tag}"
    if isinstance(entry, Mapping):
        if unknown := [str(key) for key in entry if key not in ("limit", "level")]:
            problems.append(
                Problem(
                    path,
                    unknown,
                    "is not part of a constraint",
                    "Use the keys limit and level.",
                )
            )
            return None
        level = _level(path, entry, problems)
        entry = entry.get("limit")
    if entry is None or entry is False:
        return None
    limit, wrong, remedy = _limit(name, entry)
    if limit is None:
        problems.append(Problem(path, entry, wrong, remedy))
        return None
    return Constraint(name=name, level=level, limit=limit, tag=tag)


def _level(path: str, entry: Mapping[str, object], problems: list[Problem]) -> Level:
    given = entry.get("level", "must")
    if given == "must":
        return "must"
    if given != "prefer":
        problems.append(
            Problem(f"{path}.level", given, "is not a level", "Use must or prefer.")
        )
    return "prefer"


def _limit(name: str, entry: object) -> tuple[Limit | None, str, str]:
    """Return the limit of ``name``, or None with what is wrong and the remedy."""
    if name in LISTS:
        return _names(name, entry)
    if name in FLAGS:
        if entry is True:
            return True, "", ""
        return None, "is not yes or no", "Use true, or leave it out."
    if isinstance(entry, bool) or not isinstance(entry, int | float):
        return None, "is not a number", "Give a plain number."
    # Beyond it a whole number of a file has no float.
    number = float(entry) if abs(entry) < LARGEST else inf
    if name in SHARES or name == "slices":
        if not 0 <= number <= 1:
            return None, "is not between 0 and 1", "Give score points such as 0.05."
    elif not isfinite(number) or number < 0 or (number == 0 and name not in AMOUNTS):
        return None, "is not above 0", "Give a limit above 0, or leave it out."
    elif name in COUNTS and number != int(number):
        return None, "is not a whole number", "Give a count of tokens."
    return number, "", ""


def _names(name: str, entry: object) -> tuple[Limit | None, str, str]:
    items = [entry] if isinstance(entry, str) else entry
    if not isinstance(items, list | tuple) or not items:
        return None, "is not a list of names", "Write it like [a, b]."
    if not all(isinstance(item, str) and item for item in items):
        return None, "holds something that is not a name", "Use text only."
    if name == "hosting" and (odd := [item for item in items if item not in HOSTING]):
        near = get_close_matches(odd[0], HOSTING, n=1, cutoff=0.5)
        remedy = f"Did you mean {near[0]}?" if near else f"Use {', '.join(HOSTING)}."
        return None, f"names {odd[0]!r}, which is no place to run", remedy
    return tuple(items), "", ""
