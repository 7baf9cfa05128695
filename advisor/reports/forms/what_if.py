"""Which limits may be tried out on a finished run? Those that are numbers of step 2."""

from collections.abc import Mapping
from typing import Any

from advisor.projects.forms.limit_fields import LimitFields
from advisor.projects.forms.limits import NUMBERS
from advisor.web.forms import HouseForm

MOVED = ("margin", "minimum", "p95", "volume", "budget")


class WhatIfForm(HouseForm):
    """Limits in the units of the wizard; an empty one is no limit."""

    margin = LimitFields.base_fields["margin"]
    minimum = LimitFields.base_fields["minimum"]
    p95 = LimitFields.base_fields["p95"]
    volume = LimitFields.base_fields["volume"]
    budget = LimitFields.base_fields["budget"]

    def __init__(self, *args: Any, names: tuple[str, ...] = MOVED, **kw: Any) -> None:
        super().__init__(*args, **kw)
        for name in set(self.fields) - set(names):
            del self.fields[name]

    def limits(self) -> dict[str, float | None]:
        """Return the limits by constraint, in the constraint's unit."""
        found: dict[str, float | None] = {}
        for field in self.fields:
            name, unit = NUMBERS[field]
            value = self.cleaned_data[field]
            found[name] = None if value is None else round(value * unit, 10)
        return found


def limits_in_form(constraints: Mapping[str, float]) -> dict[str, float]:
    """Return limits by field, in the units of the form."""
    return {
        field: round(constraints[name] / unit, 10)
        for field, (name, unit) in NUMBERS.items()
        if field in MOVED and name in constraints
    }
