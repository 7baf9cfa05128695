"""How is a week of load typed? As 168 numbers, Monday from midnight on."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from advisor.projects.forms.numbers import read_number

HOURS = 168
MORE = "Enter 168 hourly values, Monday 0:00 first; this has {count}"
BAD = "“{part}” is no number of 0 or more. Separate the values by spaces or lines"


class HourlyField(forms.CharField):
    """The load of each hour of a week; empty is None."""

    def to_python(self, value: Any) -> Any:
        """Return the values; spaces, lines, tabs and semicolons stand between them."""
        text = super().to_python(value) or ""
        parts = [part for part in re.split(r"[\s;]+", text) if part]
        if not parts:
            return None
        found = [_load(part.strip(",")) for part in parts]
        if len(found) != HOURS or not sum(found):
            raise ValidationError(MORE.format(count=len(found)))
        return found

    def prepare_value(self, value: Any) -> Any:
        """Return stored values a day a line."""
        if not isinstance(value, list):
            return value
        days = (value[start : start + 24] for start in range(0, len(value), 24))
        return "\n".join(" ".join(f"{load:g}" for load in day) for day in days)


def _load(part: str) -> float:
    try:
        load = read_number(part)
    except ValueError:
        load = -1.0
    if load < 0:
        raise ValidationError(BAD.format(part=part[:20]))
    return load
