"""Step 2: what must it respect? Every field may be emptied: empty is no limit."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from advisor.projects.forms.choices import HOURLY, ONE_COUNTRY
from advisor.projects.forms.limit_fields import LimitFields
from advisor.projects.forms.starting import SECONDS_A_MONTH, volume_text

LEVELS = (("must", "must"), ("prefer", "prefer"))
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
LISTS = {
    "hosting": "hosting",
    "hardware": "hardware",
    "licences": "licences",
    "languages": "languages",
}
PLAIN = (
    *("input_tokens", "output_tokens"),
    *("personal_data", "licence_use", "labelled_examples", "unlabelled_texts"),
)
OTHERS = ("slices", "local_only")
LIMITED = (*NUMBERS, *LISTS, *OTHERS)


def _level() -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "select--sm"})
    return forms.ChoiceField(
        label="Level", choices=LEVELS, initial="must", required=False, widget=widget
    )


class LimitsForm(LimitFields):
    """Quality, speed and volume, cost, deployment, licence; each a must or a prefer."""

    no_optional: ClassVar[frozenset[str]] = frozenset(
        {*LIMITED, *PLAIN, "load_profile", "hourly", "residency", "country"}
    )

    def __init__(
        self, *args: Any, machines: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        hardware = self.fields["hardware"]
        if isinstance(hardware, forms.MultipleChoiceField):
            hardware.choices = machines
        for name in LIMITED:
            self.fields[f"{name}_level"] = _level()

    def clean(self) -> dict[str, Any]:
        """Refuse a peak under the average, a country unnamed, a budget of nothing."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        self._check_peak(values)
        unnamed = not values.get("country") and "country" not in self.errors
        if values.get("residency") == ONE_COUNTRY and unnamed:
            told = "Enter the two letters of the country, such as DE"
            self.add_error("country", ValidationError(told))
        is_open = not values.get("hourly") and "hourly" not in self.errors
        if values.get("load_profile") == HOURLY and is_open:
            self.add_error("hourly", ValidationError("Enter 168 hourly values"))
        owned = {"device", "own_server"} & set(values.get("hosting") or {"device"})
        if values.get("budget") == 0 and not owned:
            told = (
                "A budget of 0 is met by hardware you own only. Allow it, or enter more"
            )
            self.add_error("budget", ValidationError(told))
        return values

    def _check_peak(self, values: Mapping[str, Any]) -> None:
        volume, peak = values.get("volume"), values.get("peak")
        if volume and peak and peak < volume / SECONDS_A_MONTH:
            average = volume / SECONDS_A_MONTH
            message = (
                f"Enter a peak of at least {average:.2g}, the average of"
                f" {volume_text(volume)} requests a month"
            )
            self.add_error("peak", ValidationError(message))

    @staticmethod
    def initial_from(document: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the form shows of a stored document."""
        limits = document.get("constraints") or {}
        shown: dict[str, Any] = {key: document.get(key) for key in PLAIN}
        for field, (name, unit) in NUMBERS.items():
            limit, level = _parts(limits.get(name))
            shown[field] = None if limit is None else round(limit / unit, 10)
            shown[f"{field}_level"] = level
        for field in (*LISTS, "local_only"):
            shown[field], shown[f"{field}_level"] = _parts(limits.get(field))
        shown["slices"], shown["slices_level"] = _floors(limits.get("slices"))
        profile = document.get("load_profile")
        is_hourly = isinstance(profile, list)
        shown["load_profile"] = HOURLY if is_hourly else profile
        shown["hourly"] = profile if is_hourly else None
        residency = document.get("residency")
        is_country = residency not in (None, "anywhere", "eu_eea")
        shown["residency"] = ONE_COUNTRY if is_country else residency
        shown["country"] = residency if is_country else None
        return shown

    def into(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the document with this step's limits; emptied ones are gone."""
        values, limits = self.cleaned_data, {}
        for field, (name, unit) in NUMBERS.items():
            if values[field] is not None:
                number = round(values[field] * unit, 10)
                whole = name in ("monthly_requests", "context_tokens")
                limits[name] = self._limit(field, int(number) if whole else number)
        for name in (*LISTS, *OTHERS):
            if values[name]:
                limits[name] = self._limit(name, values[name])
        plain = {key: values[key] or None for key in PLAIN}
        return {
            **document,
            **plain,
            "load_profile": self._profile(),
            "residency": self._residency(),
            "constraints": limits,
        }

    def _limit(self, field: str, limit: Any) -> Any:
        level = self.cleaned_data[f"{field}_level"] or "must"
        return limit if level == "must" else {"limit": limit, "level": level}

    def _profile(self) -> Any:
        values = self.cleaned_data
        chosen = values["load_profile"]
        return values["hourly"] if chosen == HOURLY else chosen or None

    def _residency(self) -> str | None:
        values = self.cleaned_data
        if values["residency"] == ONE_COUNTRY:
            return str(values["country"]).upper()
        return values["residency"] or None


def _parts(stored: Any) -> tuple[Any, str]:
    """Return limit and level of a stored constraint."""
    if isinstance(stored, Mapping) and "limit" in stored:
        return stored["limit"], stored.get("level", "must")
    return stored, "must"


def _floors(stored: Any) -> tuple[dict[str, float] | None, str]:
    """Return floors by tag and their level; one that all share, else must."""
    floors, level = _parts(stored)
    if not isinstance(floors, Mapping):
        return None, level
    parts = {tag: _parts(floor) for tag, floor in floors.items()}
    levels = {own for _, own in parts.values()}
    shared = level if level != "must" else levels.pop() if len(levels) == 1 else "must"
    return {tag: floor for tag, (floor, _) in parts.items()}, shared
