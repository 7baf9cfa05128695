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
        setup = Setup.model_validate(given)
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


def _place(problem: Problem) -> tuple[int, str]:
    key = problem.path.partition(".")[0]
    keys = list(Setup.model_fields)
    return (keys.index(key) if key in keys else len(keys), problem.path)
