"""How is a case kept, so that it need not be read from every answer again? Bytes.

Deflated JSON: numbers keep their bits, and the same case comes back.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from advisor.sizing.constraints import Constraint
from advisor.sizing.measurement import Case, Costs, Evidence, Figure

LEVEL = 3  # of deflation: most of the gain in a fifth of the time
FIGURES = ("tokens_per_second", "memory_gb", "capacity_rps", "planned")
TUPLES = ("scores", "latency_ms", "ttft_ms", "bursts")
SETS = ("languages", "unverified")


def to_bytes(case: Case) -> bytes:
    """Return a case as bytes."""
    document = {
        field.name: getattr(case, field.name)
        for field in fields(case)
        if field.name not in ("evidence", "constraints", "tags")
    }
    document["constraints"] = [asdict(one) for one in case.constraints]
    document["tags"] = case.tags and [sorted(tags) for tags in case.tags]
    document["evidence"] = [_evidence(one) for one in case.evidence]
    return zlib.compress(json.dumps(document).encode(), LEVEL)


def from_bytes(content: bytes) -> Case:
    """Return the case whose bytes these are."""
    document = json.loads(zlib.decompress(content))
    for name in ("groups", "weights"):
        document[name] = _tuple(document[name])
    tags = document["tags"]
    document["tags"] = tags and tuple(frozenset(one) for one in tags)
    document["constraints"] = tuple(map(_constraint, document["constraints"]))
    document["evidence"] = tuple(map(_from, document["evidence"]))
    return Case(**document)


def _evidence(one: Evidence) -> dict[str, Any]:
    kept = {field.name: getattr(one, field.name) for field in fields(one) if field.init}
    for name in FIGURES:
        kept[name] = kept[name] and asdict(kept[name])
    kept["costs"] = asdict(one.costs)
    for name in SETS:
        kept[name] = None if kept[name] is None else sorted(kept[name])
    return kept


def _from(kept: dict[str, Any]) -> Evidence:
    for name in TUPLES:
        kept[name] = _tuple(kept[name])
    for name in FIGURES:
        kept[name] = _figure(kept[name])
    for name in SETS:
        kept[name] = None if kept[name] is None else frozenset(kept[name])
    costs = kept.pop("costs")
    currency = costs.pop("currency")
    figures = {name: _figure(one) for name, one in costs.items()}
    return Evidence(costs=Costs(currency=currency, **figures), **kept)


def _constraint(kept: dict[str, Any]) -> Constraint:
    limit = kept.pop("limit")
    return Constraint(limit=tuple(limit) if isinstance(limit, list) else limit, **kept)


def _figure(kept: Mapping[str, Any] | None) -> Figure | None:
    return None if kept is None else Figure(**kept)


def _tuple(values: list[Any] | None) -> tuple[Any, ...] | None:
    return None if values is None else tuple(values)
