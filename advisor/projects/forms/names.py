"""How are lists typed into one field? Names, or tags with points, commas between."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from advisor.projects.forms.numbers import read_number
from advisor.sizing import naming

POINTS = 100.0


class NamesField(forms.CharField):
    """Names with commas between; a list, empty where nothing was typed."""

    def to_python(self, value: Any) -> Any:
        """Return the names once each, in the order they were typed."""
        text = super().to_python(value) or ""
        return list(dict.fromkeys(_parts(text)))

    def prepare_value(self, value: Any) -> Any:
        """Return stored names as they are typed."""
        listed = isinstance(value, Sequence) and not isinstance(value, str)
        return ", ".join(value) if listed else value


class LicencesField(NamesField):
    """Licences with commas between, by name or id; a list of ids where one is known."""

    def to_python(self, value: Any) -> Any:
        """Return the ids once each; what has no known name stays as it was typed."""
        return list(dict.fromkeys(map(naming.licence_id, super().to_python(value))))

    def prepare_value(self, value: Any) -> Any:
        """Return stored ids as the names that are typed."""
        listed = isinstance(value, Sequence) and not isinstance(value, str)
        return ", ".join(map(naming.licence, value)) if listed else value


class SlicesField(forms.CharField):
    """Tags with the points each must reach: a mapping of tag to share of one."""

    def to_python(self, value: Any) -> Any:
        """Return the floors by tag; each part is a tag, a space, its points."""
        text = super().to_python(value) or ""
        return dict(_floor(part) for part in _parts(text))

    def prepare_value(self, value: Any) -> Any:
        """Return stored floors as they are typed."""
        if not isinstance(value, Mapping):
            return value
        return ", ".join(f"{tag} {POINTS * floor:.10g}" for tag, floor in value.items())


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _floor(part: str) -> tuple[str, float]:
    # The last space or colon divides: a tag may be called lang:de, or large account.
    at = max(part.rfind(" "), part.rfind(":"), 0)
    tag, points = part[:at].rstrip(" :"), part[at + 1 :]
    try:
        floor = read_number(points)
    except ValueError:
        floor = -1.0
    if not tag or not 0 <= floor <= POINTS:
        raise ValidationError(f"Write a tag and 0 to 100 points, not “{part}”")
    return tag, round(floor / POINTS, 10)
