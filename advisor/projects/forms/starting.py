"""What stands in step 2 before anybody typed? Starting values, all of them changeable.

They only prefill. What a model's card may leave unsaid (context, languages, where it
runs) starts as a preference, so that no model is out for a blank that nobody asked for.
"""

from collections.abc import Mapping
from typing import Any

STARTING: dict[str, Any] = {
    "p95": 3.0,
    "load_profile": "office_hours",
    "context": 8192,
    "context_level": "prefer",
    "output_tokens": 200,
    "hosting": ["own_server", "private_cloud"],
    "hosting_level": "prefer",
    "residency": "anywhere",
    "personal_data": "masked",
    "licence_use": "commercial",
    "languages": ["en"],
    "languages_level": "prefer",
    "labelled_examples": 0,
    "unlabelled_texts": 0,
}
SECONDS_A_MONTH = 730 * 3600
PEAK_BY_AVERAGE = 5


def with_starting_values(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form shows, its empty fields filled with starting values.

    A level is taken over together with its value only.
    """
    filled = dict(shown)
    for name, value in STARTING.items():
        field = name.removesuffix("_level")
        if shown.get(field) in (None, "", [], {}):
            filled[name] = value
    volume = shown.get("volume")
    if volume and not shown.get("peak"):
        filled["peak"] = round(PEAK_BY_AVERAGE * volume / SECONDS_A_MONTH, 2) or None
    return filled


def volume_text(volume: float) -> str:
    """Return a number of requests as it is said: 3.0 million from a million on."""
    if volume >= 1e9:
        return f"{volume / 1e9:.1f} billion"
    return f"{volume / 1e6:.1f} million" if volume >= 1e6 else f"{volume:,.0f}"
