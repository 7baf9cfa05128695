"""How do values cross the pipe between an engine and its host process?

As JSON, one value a line. Both sides are of one release, so the shape of a value is the
shape of its dataclass.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from advisor.engines.base import Answer, EngineFacts, Failure, Prompt, Timing


def line(message: Mapping[str, object]) -> bytes:
    """Return a message as one line."""
    return json.dumps(message).encode() + b"\n"


def prompt_to_wire(prompt: Prompt) -> dict[str, Any]:
    """Return a prompt as plain values."""
    return asdict(prompt)


def prompt_from_wire(found: Mapping[str, Any]) -> Prompt:
    """Return the prompt of plain values."""
    lists = {name: tuple(found[name]) for name in ("stop", "choices")}
    return Prompt(**{**found, **lists})


def answer_to_wire(answer: Answer) -> dict[str, Any]:
    """Return an answer as plain values."""
    return asdict(answer)


def answer_from_wire(found: Mapping[str, Any]) -> Answer:
    """Return the answer of plain values."""
    timing, failure = found["timing"], found["failure"]
    likelihoods = found["likelihoods"]
    return Answer(
        **{
            **found,
            "timing": timing and _timing(timing),
            "failure": failure and Failure(**failure),
            "likelihoods": None if likelihoods is None else tuple(likelihoods),
        }
    )


def facts_to_wire(facts: EngineFacts) -> dict[str, Any]:
    """Return facts as plain values."""
    return asdict(facts)


def facts_from_wire(found: Mapping[str, Any]) -> EngineFacts:
    """Return the facts of plain values."""
    return EngineFacts(**{**found, "not_sent": tuple(found["not_sent"])})


def _timing(found: Mapping[str, Any]) -> Timing:
    return Timing(**{**found, "token_ms": tuple(found["token_ms"])})
