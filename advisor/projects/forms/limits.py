"""Step 2: what must it respect? Every field may be emptied: empty is no limit."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from advisor.projects.forms.limit_fields import LimitFields

LEVELS = (("must", "must"), ("prefer", "prefer"))
SECONDS_A_MONTH = 730 * 3600
PEAK_BY_AVERAGE = 5
# Form field -> constraint and what one unit of the form is in the constraint's unit.
NUMBERS: dict[str, tuple[str, float]] = {
    "margin": ("quality_margin", 0.01),
    "minimum": ("min_quality", 0.01),
    "p95": ("p95_latency_ms", 1000.0),
    "ttft": ("ttft_ms", 1000.0),
    "peak": ("peak_requests_per_second", 1.0),
    "volume": ("monthly_requests", 1.0),
    "budget": ("monthly_budget_usd", 1.0),
    "memory": ("max_memory_gb", 1.0),
    "context": ("context_tokens", 1.0),
}
LISTS = {"hosting": "hosting", "licences": "licences", "languages": "languages"}
PLAIN = ("load_profile", "output_tokens", "labelled_examples", "unlabelled_texts")


def _level() -> forms.ChoiceField:
    return forms.ChoiceField(label="Level", choices=LEVELS, initial="must")


class LimitsForm(LimitFields):
    """Quality, speed and volume, cost, deployment, licence; each a must or a prefer."""

    no_optional: ClassVar[frozenset[str]] = frozenset(
        {*NUMBERS, *LISTS, *PLAIN, "local_only"}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in (*NUMBERS, *LISTS, "local_only"):
            self.fields[f"{name}_level"] = _level()

    def clean(self) -> dict[str, Any]:
        """Refuse a peak under the average of the month."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        volume, peak = values.get("volume"), values.get("peak")
        if volume and peak and peak < volume / SECONDS_A_MONTH:
            average = volume / SECONDS_A_MONTH
            message = (
                f"Enter a peak of at least {average:.2g}, the average of"
                f" {volume:,} requests a month"
            )
            self.add_error("peak", ValidationError(message))
        return values

    @staticmethod
    def initial_from(document: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the form shows of a stored document."""
        limits = document.get("constraints") or {}
        shown: dict[str, Any] = {key: document.get(key) for key in PLAIN}
        for field, (name, unit) in NUMBERS.items():
            limit, level = _parts(limits.get(name))
            shown[field] = None if limit is None else round(limit / unit, 10)
            shown[f"{field}_level"] = level
        for field, name in LISTS.items():
            limit, level = _parts(limits.get(name))
            joined = ", ".join(limit or ())
            shown[field] = limit if field == "hosting" else joined
            shown[f"{field}_level"] = level
        shown["local_only"], shown["local_only_level"] = _parts(
            limits.get("local_only")
        )
        return shown

    def into(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the document with this step's limits; emptied ones are gone."""
        values, limits = self.cleaned_data, {}
        for field, (name, unit) in NUMBERS.items():
            if values[field] is not None:
                number = round(values[field] * unit, 10)
                whole = name in ("monthly_requests", "context_tokens")
                limits[name] = self._limit(field, int(number) if whole else number)
        for field, name in LISTS.items():
            chosen = values[field]
            if isinstance(chosen, str):
                chosen = [part.strip() for part in chosen.split(",") if part.strip()]
            if chosen:
                limits[name] = self._limit(field, chosen)
        if values["local_only"]:
            limits["local_only"] = self._limit("local_only", True)
        kept = document.get("constraints") or {}
        for name in ("slices", "hardware"):
            if name in kept:
                limits[name] = kept[name]
        plain = {key: values[key] or None for key in PLAIN}
        return {**document, **plain, "constraints": limits}

    def _limit(self, field: str, limit: Any) -> Any:
        level = self.cleaned_data[f"{field}_level"]
        return limit if level == "must" else {"limit": limit, "level": level}


def _parts(stored: Any) -> tuple[Any, str]:
    """Return limit and level of a stored constraint."""
    if isinstance(stored, Mapping) and "limit" in stored:
        return stored["limit"], stored.get("level", "must")
    return stored, "must"
