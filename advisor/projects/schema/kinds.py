"""Which keys may hold more than one kind of value, and how is that told?

A plain union would answer a wrong value with one error for each of its kinds; these
answer with a single sentence.
"""

import re
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from advisor.sizing.weights import BYTES_PER_PARAMETER

PROFILES = ("even", "office_hours", "evenings_weekends")
HOURS = 168
HEAVIEST = 1e300  # load of an hour: the sum of a week stays a number
LARGEST_ID = 2**63  # no database has a row of that number
# Left open, the faster one is measured when the model is loaded.
PRECISIONS = (*BYTES_PER_PARAMETER, "auto")


def _wrong(told: str, remedy: str) -> PydanticCustomError:
    return PydanticCustomError(
        "setup", "{told}|{remedy}", {"told": told, "remedy": remedy}
    )


def _samples(value: Any) -> Any:
    stored = isinstance(value, int) and not isinstance(value, bool) and value > 0
    if stored or (isinstance(value, str) and 0 < len(value) <= 400):
        return value
    told = "is neither a file nor the number of a stored sample set"
    raise _wrong(told, "Name a file such as tickets.jsonl.")


def _reference(value: Any) -> Any:
    number = isinstance(value, int) and not isinstance(value, bool)
    if number and 0 < value < LARGEST_ID:
        return value
    raise _wrong("is not the number of a stored thing", "Choose it from the list.")


def _precision(value: Any) -> Any:
    if isinstance(value, str) and value in PRECISIONS:
        return value
    known = ", ".join(PRECISIONS)
    raise _wrong("is not a known precision", f"Use one of {known}.")


def _load_profile(value: Any) -> Any:
    if value in PROFILES:
        return value
    hours = isinstance(value, list) and len(value) == HOURS
    if hours and all(_is_load(load) for load in value) and sum(value) > 0:
        return value
    remedy = f"Use {', '.join(PROFILES)}, or 168 hourly values of at least 0."
    raise _wrong("is not a load profile", remedy)


def _is_load(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= value < HEAVIEST


def _residency(value: Any) -> Any:
    country = isinstance(value, str) and re.fullmatch(r"[A-Z]{2}", value)
    if value in ("anywhere", "eu_eea") or country:
        return value
    remedy = "Use anywhere, eu_eea or a country code such as DE."
    raise _wrong("is not a place", remedy)


Samples = Annotated[
    str | int,
    PlainValidator(_samples),
    WithJsonSchema({"type": ["string", "integer"], "minLength": 1, "minimum": 1}),
]
Reference = Annotated[
    int, PlainValidator(_reference), WithJsonSchema({"type": "integer", "minimum": 1})
]
Precision = Annotated[
    str,
    PlainValidator(_precision),
    WithJsonSchema({"type": "string", "enum": list(PRECISIONS)}),
]
LoadProfile = Annotated[
    str | list[float],
    PlainValidator(_load_profile),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(PROFILES)},
                {
                    "type": "array",
                    "items": {"type": "number", "minimum": 0},
                    "minItems": HOURS,
                    "maxItems": HOURS,
                },
            ]
        }
    ),
]
Residency = Annotated[
    str,
    PlainValidator(_residency),
    WithJsonSchema({"type": "string", "pattern": "^(anywhere|eu_eea|[A-Z]{2})$"}),
]
