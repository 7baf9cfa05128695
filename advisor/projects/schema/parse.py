"""Is this a setup that can run? One schema for form, API and command line."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from advisor.projects.schema.checks import check
from advisor.projects.schema.known import Known
from advisor.projects.schema.problems import Problem, SetupInvalid, problems_from
from advisor.projects.schema.reading import mapping_of
from advisor.projects.schema.values import CandidateSpec, MappingSpec, PriceSpec, Setup

NOTHING_KNOWN = Known()
MODEL_AT: dict[str, type[BaseModel]] = {
    "": Setup,
    "mapping": MappingSpec,
    "candidates": CandidateSpec,
    "candidates.price": PriceSpec,
    "reference": CandidateSpec,
    "reference.price": PriceSpec,
}


def parse_setup(
    source: Mapping[str, Any] | str,
    *,
    stored: bool = False,
    known: Known = NOTHING_KNOWN,
) -> Setup:
    """Return the setup that ``source`` spells: a mapping, YAML or JSON text.

    With ``stored`` (form, API) paths, ``base_url`` and ``api_key_env`` are refused.
    Keys that are empty (None) count as left out. Raises SetupInvalid with every
    problem at once, in the order of the keys.
    """
    typed = mapping_of(source)
    given = {key: value for key, value in typed.items() if value is not None}
    problems: list[Problem] = []
    setup: Setup | None = None
    try:
        setup = Setup.model_validate(_with_limits_alone(given))
    except ValidationError as error:
        problems += problems_from(error.errors(), MODEL_AT)
    told = {problem.path for problem in problems}
    problems += [
        problem
        for problem in check(given, stored=stored, known=known)
        if problem.path not in told
    ]
    if problems or setup is None:
        raise SetupInvalid(sorted(problems, key=_place), given)
    return setup


def _with_limits_alone(given: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the constraints that set no limit, such as ``{level: prefer}``.

    Pages read the document as it is stored, and such an entry would break them.
    """
    stated = given.get("constraints")
    if not isinstance(stated, Mapping):
        return dict(given)
    kept = {name: one for name, one in stated.items() if _is_set(one)}
    if isinstance(kept.get("slices"), Mapping):
        kept["slices"] = _floors(kept["slices"])
    return {**given, "constraints": {k: v for k, v in kept.items() if v is not None}}


def _floors(slices: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the tags that have a floor, in their level; None where none has."""
    within = slices.get("limit")
    stated = within if isinstance(within, Mapping) else slices
    floors = {tag: one for tag, one in stated.items() if _is_set(one)}
    if not floors:
        return None
    return {**slices, "limit": floors} if stated is within else floors


def _is_set(entry: object) -> bool:
    if isinstance(entry, Mapping) and set(entry) <= {"limit", "level"}:
        return entry.get("limit") is not None
    return entry is not None


def _place(problem: Problem) -> tuple[int, str]:
    key = problem.path.partition(".")[0]
    keys = list(Setup.model_fields)
    return (keys.index(key) if key in keys else len(keys), problem.path)
