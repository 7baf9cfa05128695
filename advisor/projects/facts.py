"""How does a new project start that is like many others? Use cases that fill the form.

Each number carries its source and date, or says that it is a rule of thumb. A use case
only fills fields: everything can be changed, and the setup remembers which was chosen.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FILE = Path(__file__).parent / "data" / "use_cases.json"
RULE_OF_THUMB = "rule"
CONSTRAINTS = ("context_tokens", "p95_latency_ms", "ttft_ms", "max_memory_gb")
# What a card may leave unsaid starts as a preference: nobody is out for a blank.
PREFERRED = ("context_tokens", "languages", "hosting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a number comes from; without an address it is a rule of thumb."""

    title: str
    url: str
    as_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingValue:
    """One number that a use case fills in, in the unit of the setup's key."""

    key: str
    value: float
    source: Source
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCase:
    """A kind of project: the answers it starts from."""

    slug: str
    title: str
    summary: str
    goal: str
    task_kinds: tuple[str, ...]
    wrong_answer: str
    scorer: str
    prompt: str
    values: tuple[StartingValue, ...]
    flags: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        """Return the part of a setup's document that the use case fills in."""
        found = {one.key: one.value for one in self.values}
        limits: dict[str, Any] = {
            key: self._limit(key, found[key]) for key in CONSTRAINTS if key in found
        }
        for key in ("hosting", "languages", "local_only"):
            if key in self.flags:
                limits[key] = self._limit(key, self.flags[key])
        plain = {key: found[key] for key in found if key not in CONSTRAINTS}
        if "personal_data" in self.flags:
            plain["personal_data"] = self.flags["personal_data"]
        return {
            **plain,
            "use_case": self.slug,
            "prompt": self.prompt,
            "scorer": self.scorer,
            "constraints": limits,
        }

    def _limit(self, key: str, limit: Any) -> Any:
        return {"limit": limit, "level": "prefer"} if key in PREFERRED else limit


@cache
def use_cases() -> tuple[UseCase, ...]:
    """Return the use cases that ship, in their order."""
    read = json.loads(FILE.read_text("utf-8"))
    sources = {key: Source(**source) for key, source in read["sources"].items()}
    return tuple(_use_case(one, sources) for one in read["use_cases"])


def use_case(slug: str | None) -> UseCase | None:
    """Return the use case of that name, None where there is none."""
    return next((one for one in use_cases() if one.slug == slug), None)


def _use_case(given: Mapping[str, Any], sources: Mapping[str, Source]) -> UseCase:
    named = ("slug", "title", "summary", "goal", "wrong_answer", "scorer", "prompt")
    known = {*named, "task_kinds", "values"}
    return UseCase(
        **{key: given[key] for key in named},
        task_kinds=tuple(given["task_kinds"]),
        values=tuple(
            StartingValue(
                key=key,
                value=one["value"],
                source=sources[one["source"]],
                note=one.get("note", ""),
            )
            for key, one in given["values"].items()
        ),
        flags=MappingProxyType({k: v for k, v in given.items() if k not in known}),
    )
