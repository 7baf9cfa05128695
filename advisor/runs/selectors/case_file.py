"""How is a case kept, so that it need not be read from every answer again? Bytes.

Deflated JSON: numbers keep their bits, and the same case comes back. A column of a
value a sample is a table of the different ones, and a number into it for each sample:
thousands of samples have few scores and few sets of tags.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from advisor.sizing.constraints import Constraint
from advisor.sizing.measurement import Case, Costs, Evidence, Figure

LEVEL = 3  # of deflation: most of the gain in a fifth of the time
FIGURES = ("tokens_per_second", "memory_gb", "capacity_rps", "planned")
COLUMNS = ("scores", "latency_ms", "ttft_ms", "bursts")
SETS = ("languages", "unverified")
CODE = "<u4"


def to_bytes(case: Case) -> bytes:
    """Return a case as bytes."""
    document = {
        field.name: getattr(case, field.name)
        for field in fields(case)
        if field.name not in ("evidence", "constraints", "tags", "groups", "weights")
    }
    document["constraints"] = [asdict(one) for one in case.constraints]
    for name in ("groups", "weights"):
        document[name] = _coded(getattr(case, name))
    document["tags"] = _coded(case.tags and [tuple(sorted(tags)) for tags in case.tags])
    document["evidence"] = [_evidence(one) for one in case.evidence]
    return zlib.compress(json.dumps(document).encode(), LEVEL)


def from_bytes(content: bytes) -> Case:
    """Return the case whose bytes these are."""
    document = json.loads(zlib.decompress(content))
    for name in ("groups", "weights"):
        document[name] = _column(document[name])
    tags = document["tags"]
    if tags is not None:
        tags["table"] = [frozenset(one) for one in tags["table"]]
    document["tags"] = _column(tags)
    document["constraints"] = tuple(map(_constraint, document["constraints"]))
    document["evidence"] = tuple(map(_from, document["evidence"]))
    return Case(**document)


def _coded(values: Sequence[Hashable] | None) -> dict[str, Any] | None:
    """Return a column as its different values and the place of each in them."""
    if values is None:
        return None
    table: dict[Hashable, int] = {}
    codes = [table.setdefault(one, len(table)) for one in values]
    packed = b64encode(np.array(codes, dtype=CODE).tobytes()).decode()
    return {"table": list(table), "codes": packed}


def _column(kept: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    """Return the values of a column; equal ones are one object."""
    if kept is None:
        return None
    table = kept["table"]
    codes = np.frombuffer(b64decode(kept["codes"]), dtype=CODE)
    return tuple([table[code] for code in codes.tolist()])


def _evidence(one: Evidence) -> dict[str, Any]:
    kept = {field.name: getattr(one, field.name) for field in fields(one) if field.init}
    for name in COLUMNS:
        kept[name] = _coded(kept[name])
    for name in FIGURES:
        kept[name] = kept[name] and asdict(kept[name])
    kept["costs"] = asdict(one.costs)
    for name in SETS:
        kept[name] = None if kept[name] is None else sorted(kept[name])
    return kept


def _from(kept: dict[str, Any]) -> Evidence:
    for name in COLUMNS:
        kept[name] = _column(kept[name])
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
