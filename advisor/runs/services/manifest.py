"""What decided this run? Everything, in one frozen document without secrets."""

import json
import platform
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from advisor.projects.models import Sample
from advisor.runs.services.planning import CandidatePlan, Plan

CHOOSING = ("choices", "choose_by")
# What makes a reference another one; what it is said to cost or to fit does not.
ANSWERS_BY = ("model", "revision", "precision", "base_url", "chat", "options")
PACKAGES = ("torch", "transformers", "tokenizers", "numpy", "scipy", "httpx2")


def manifest_of(plan: Plan, samples: Sequence[Sample]) -> dict[str, Any]:
    """Return the manifest of a run of ``samples`` in their fixed order."""
    document = plan.document
    return {
        "rule_sha256": plan.rule_sha256,
        "samples": _samples(plan, samples),
        "series_sha256": _hash(canonical(_series(plan))),
        "prompt": _prompt(plan),
        "scorer": document.get("scorer", "exact_match"),
        "scorer_described": plan.scorer,
        "repeats": plan.repeats,
        "accept_at": float(document.get("accept_at") or 1.0),
        "constraints": document.get("constraints") or {},
        "objective": document.get("objective") or "cost",
        "confidence": float(document.get("confidence") or 0.95),
        "promise": document.get("promise") or "traffic",
        "stop": document.get("stop") or "decided",
        "seed": plan.seed,
        "candidates": [_candidate(one) for one in plan.candidates],
        "versions": versions(),
    }


def _series(plan: Plan) -> dict[str, Any]:
    """Return what makes two runs looks at the same question."""
    reference = [one for one in plan.candidates if one.role == "reference"]
    return {
        "samples": plan.samples_sha256,
        "scorer": plan.scorer,
        "reference": [
            [
                one.engine,
                {name: one.spec.get(name) for name in ANSWERS_BY},
                one.recorded_id,
            ]
            for one in reference
        ],
    }


def _samples(plan: Plan, samples: Sequence[Sample]) -> dict[str, Any]:
    return {
        "sha256": plan.samples_sha256,
        "count": len(samples),
        "left_out": list(plan.left_out),
        "order_sha256": _hash("\n".join(one.key for one in samples)),
    }


def _prompt(plan: Plan) -> dict[str, Any]:
    document = plan.document
    return {
        "template": document.get("prompt") or "{input}",
        "max_output_tokens": int(document.get("max_output_tokens") or 256),
        "temperature": float(document.get("temperature") or 0.0),
        "stop": list(document.get("stop_at") or []),
        "seed": plan.seed,
        **{key: document[key] for key in CHOOSING if document.get(key)},
    }


def _candidate(one: CandidatePlan) -> dict[str, Any]:
    return {
        "id": one.key,
        "role": str(one.role),
        "position": one.position,
        "engine": one.engine,
        "spec": one.spec,
    }


def versions() -> dict[str, str]:
    """Return the versions of what computes here, without importing any of it."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def canonical(value: object) -> str:
    """Return JSON that is the same for equal values."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
