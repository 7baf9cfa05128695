"""What may a setup not do, whoever brings it? Asked at the freeze, before any launch.

The form, the API and the command line freeze through one service, so that none of them
can send samples out without consent, or leave a network that must not be left.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from advisor.accounts.models import Team
from advisor.builtin import PREFIX, model_names
from advisor.catalog.models import Endpoint
from advisor.projects.models import SampleSet
from advisor.projects.schema import Problem
from advisor.projects.schema import Setup as SetupValue
from advisor.projects.schema.problems import did_you_mean
from advisor.projects.schema.rule import is_path
from advisor.projects.schema.values import CandidateSpec, placed
from advisor.projects.selectors import is_outside, leaves_network, model_roots

HUB_ID = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
Called = list[tuple[str, CandidateSpec, Endpoint]]


def for_members(value: SetupValue, team: Team) -> list[Problem]:
    """Return what only the operator may give: other folders, scripts, options."""
    return [*_folders(value, team), *_hub_names(value), *_scripts(value)]


def sending_problems(
    value: SetupValue, team: Team, samples: SampleSet | None
) -> list[Problem]:
    """Return why samples may not be sent to the stored endpoints of a setup."""
    called = _called(value, team)
    outside = [one.id for _, one, endpoint in called if is_outside(endpoint)]
    problems = list(_local_only(value, called))
    if outside and value.consent is not True:
        names = ", ".join(outside)
        wrong = f"is missing: samples would be sent to {names}, outside your network"
        remedy = "Confirm it, or choose models inside your network."
        problems.append(Problem("consent", value.consent, wrong, remedy))
    flagged = (samples.flagged if samples else None) or {}
    if outside and flagged and value.consent_personal_data is not True:
        count = flagged["samples"]
        several = "samples" if count != 1 else "sample"
        wrong = f"is missing: {count:,} {several} may hold personal data or keys"
        remedy = "Mask the samples, or confirm that they may be sent as they are."
        given = value.consent_personal_data
        problems.append(Problem("consent_personal_data", given, wrong, remedy))
    return problems


def _called(value: SetupValue, team: Team) -> Called:
    named = [one.endpoint for one in value.all_candidates if one.endpoint is not None]
    stored: Mapping[int | None, Endpoint] = {**team.endpoints.in_bulk(named)}
    return [
        (path, one, stored[one.endpoint])
        for path, one in placed(value)
        if one.endpoint in stored
    ]


def _local_only(value: SetupValue, called: Called) -> Iterator[Problem]:
    found = (one for one in value.limits() if one.name == "local_only")
    if not any(one.level == "must" and one.limit is True for one in found):
        return
    for path, _, endpoint in called:
        if leaves_network(endpoint):
            wrong = "leaves this network, which constraints.local_only forbids"
            remedy = "Use a server on an allowed private host, or drop local_only."
            yield Problem(f"{path}.endpoint", endpoint.name, wrong, remedy)


def _folders(value: SetupValue, team: Team) -> Iterator[Problem]:
    """Yield the models that are folders outside what the team may name."""
    roots = model_roots(team)
    for path, one in placed(value):
        if one.engine != "transformers" or one.model is None or not is_path(one.model):
            continue
        folder = Path(one.model).resolve()
        if not any(folder.is_relative_to(root) for root in roots):
            wrong = "is not among the folders that the operator opened"
            yield Problem(f"{path}.model", one.model, wrong, "Choose from the list.")


def _hub_names(value: SetupValue) -> Iterator[Problem]:
    """Yield the models that are neither built in, nor a folder, nor a pinned hub id."""
    for path, one in placed(value):
        if one.engine != "transformers" or one.model is None or is_path(one.model):
            continue
        if one.model.startswith(PREFIX):
            known = [f"{PREFIX}{name}" for name in model_names()]
            if one.model not in known:
                remedy = did_you_mean(one.model, known, f"Use {', '.join(known)}.")
                wrong = "is no built-in model"
                yield Problem(f"{path}.model", one.model, wrong, remedy)
        elif not HUB_ID.fullmatch(one.model):
            wrong = "is neither a built-in model nor the id of a hub's model"
            remedy = "Write it like Qwen/Qwen3-0.6B."
            yield Problem(f"{path}.model", one.model, wrong, remedy)
        elif os.path.isdir(one.model):
            # An engine would take the folder, whatever revision is named beside it.
            wrong = "is a folder here, not among those that the operator opened"
            yield Problem(f"{path}.model", one.model, wrong, "Choose from the list.")
        elif one.revision is None:
            wrong = "needs a pinned revision: a hub's model may change"
            remedy = "Add revision: with the 40 digits of the commit."
            yield Problem(f"{path}.revision", None, wrong, remedy)


def _scripts(value: SetupValue) -> Iterator[Problem]:
    for path, one in placed(value):
        if one.engine == "fake":
            remedy = "Use transformers, openai or recorded."
            yield Problem(f"{path}.engine", "fake", "is for tests only", remedy)
        if one.options:
            wrong = "are for the command line only"
            yield Problem(f"{path}.options", one.options, wrong, "Leave them out.")
