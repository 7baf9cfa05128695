"""What decides, and in which order are samples asked?

Both are hashes of contents: no name, no path, no id and no seed enters, so that nobody
can re-roll the order of samples until a favourite wins.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from advisor.projects.parsing.contents import SampleLike, canonical, content_of
from advisor.projects.schema.values import CandidateSpec, Setup
from advisor.scoring.registry import describe

SCHEMA_ID = "rightsize.setup/1"
DECIDING = (
    "prompt",
    "max_output_tokens",
    "temperature",
    "stop_at",
    "choices",
    "choose_by",
    "repeats",
    "accept_at",
    "objective",
    "confidence",
    "promise",
    "stop",
    "load_profile",
    "input_tokens",
    "output_tokens",
)
# Names, places and the means of access; what is behind them comes in by content.
NOT_DECIDING = {
    "id",
    "file",
    "upload",
    "base_url",
    "api_key_env",
    "endpoint",
    "threads",
}
NOTHING: Mapping[str, Mapping[str, object]] = {}
Contents = Mapping[str, Mapping[str, object]]


def rule_of(setup: Setup, contents: Contents = NOTHING) -> dict[str, Any]:
    """Return what decides, as JSON values.

    ``contents`` adds, by the id of a candidate, what stands behind a stored thing:
    ``{"a": {"recorded_sha256": ...}}`` or the model of an endpoint.
    """
    document = setup.document()
    rule: dict[str, Any] = {key: document[key] for key in DECIDING if key in document}
    rule["schema"] = SCHEMA_ID
    rule["scorer"] = describe(setup.scoring())
    rule["constraints"] = {
        one.key: {
            "limit": list(one.limit) if isinstance(one.limit, tuple) else one.limit,
            "level": one.level,
        }
        for one in setup.limits()
    }
    candidates = [_candidate(one, contents) for one in setup.candidates]
    rule["candidates"] = sorted(candidates, key=canonical)
    if setup.reference is not None:
        rule["reference"] = _candidate(setup.reference, contents)
    return rule


def rule_sha256(setup: Setup, contents: Contents = NOTHING) -> str:
    """Return the hash of what decides; equal for setups that differ in names only."""
    return hashlib.sha256(canonical(rule_of(setup, contents))).hexdigest()


def sample_order(samples: Sequence[SampleLike], rule: str) -> tuple[int, ...]:
    """Return the order in which samples are asked, as positions in ``samples``.

    ``rule`` is the hash of the rule. Samples of a group stay together. The order does
    not depend on ids or on the order of the file; equal samples go by id.
    """
    digests = [hashlib.sha256(canonical(content_of(one))).digest() for one in samples]
    # A sorted list, so that neither ids nor the order of the file matter.
    everything = hashlib.sha256(b"".join(sorted(digests))).digest()
    salt = hashlib.sha256(everything + rule.encode()).digest()
    places = [hashlib.sha256(salt + digest).digest() for digest in digests]
    first: dict[str, bytes] = {}
    for one, place in zip(samples, places, strict=True):
        if one.group:
            first[one.group] = min(first.get(one.group, place), place)
    groups = Counter(first.values())
    if any(times > 1 for times in groups.values()):
        # Two groups that begin with equal samples must not be mixed.
        first = {
            name: hashlib.sha256(place + name.encode()).digest()
            for name, place in first.items()
        }

    def key(at: int) -> tuple[bytes, bytes, str]:
        group = samples[at].group
        return (first[group] if group else places[at], places[at], samples[at].id)

    return tuple(sorted(range(len(samples)), key=key))


def _candidate(one: CandidateSpec, contents: Contents) -> dict[str, Any]:
    values = one.model_dump(mode="json", exclude_none=True, exclude=NOT_DECIDING)
    if "model" in values and is_path(values["model"]):
        values["model"] = PurePosixPath(values["model"]).name
    return {**values, **contents.get(one.id, {})}


def is_path(model: str) -> bool:
    """Return True when the name of a model can only be a folder."""
    return model.startswith(("/", "./", "../", "~")) or "\\" in model
