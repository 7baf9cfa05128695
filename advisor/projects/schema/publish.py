"""How is the setup published for editors and other programs? As JSON Schema 2020-12."""

import json
from typing import Any

from advisor.projects.schema.rule import SCHEMA_ID
from advisor.projects.schema.values import Setup
from advisor.scoring.registry import SCORERS
from advisor.sizing import constraints

LEVEL = {"enum": ["must", "prefer"], "default": "must"}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a setup.

    It covers kinds and ranges; what only holds between keys is told by the parser.
    """
    schema = Setup.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$id"] = SCHEMA_ID
    schema["title"] = "Rightsize setup"
    schema["properties"]["scorer"] = _scorer()
    schema["properties"]["constraints"] = _constraints()
    return schema


def as_text() -> str:
    """Return the published file: sorted keys, two spaces, a line end."""
    text = json.dumps(json_schema(), indent=2, sort_keys=True, ensure_ascii=False)
    return f"{text}\n"


def _scorer() -> dict[str, Any]:
    name = {"enum": list(SCORERS)}
    one = {"type": "object", "required": ["name"], "properties": {"name": name}}
    several = {"type": "array", "minItems": 1, "items": {"anyOf": [name, one]}}
    return {"anyOf": [name, one, several], "default": "exact_match"}


def _constraints() -> dict[str, Any]:
    found = {name: _either(_limit(name)) for name in constraints.NAMES}
    floors = {"type": "object", "additionalProperties": _either(_limit("slices"))}
    found["slices"] = _either(floors)
    return {"type": "object", "additionalProperties": False, "properties": found}


def _either(limit: dict[str, Any]) -> dict[str, Any]:
    leveled = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"limit": limit, "level": LEVEL},
    }
    return {"anyOf": [limit, leveled, {"type": "null"}]}


def _limit(name: str) -> dict[str, Any]:
    if name in constraints.FLAGS:
        return {"type": "boolean"}
    if name in constraints.LISTS:
        item = {"enum": list(constraints.HOSTING)} if name == "hosting" else {}
        return {"type": "array", "minItems": 1, "items": item or {"type": "string"}}
    if name in constraints.COUNTS:
        return {"type": "integer", "minimum": 1}
    if name == "slices" or name in constraints.SHARES:
        return {"type": "number", "minimum": 0, "maximum": 1}
    if name in constraints.AMOUNTS:
        return {"type": "number", "minimum": 0}
    return {"type": "number", "exclusiveMinimum": 0}
