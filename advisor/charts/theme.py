"""Which colours, markers and fonts say which verdict? The one answer for all charts.

The template file holds the plotly templates for light and dark; its colours are the
design tokens of the stylesheet, and a test keeps the two equal.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

Theme = Literal["light", "dark"]
Verdict = Literal["recommended", "meets", "within_margin", "fails", "reference"]

VERDICT_WORDS: Mapping[Verdict, str] = {
    "recommended": "Recommended",
    "meets": "Meets every constraint",
    "within_margin": "Undecided",
    "fails": "Fails a constraint",
    "reference": "Reference",
}


@cache
def _file() -> dict[str, Any]:
    path = Path(__file__).with_name("template.json")
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def template(theme: Theme) -> dict[str, Any]:
    """Return the plotly template of ``theme``."""
    chosen: dict[str, Any] = _file()[theme]
    return chosen


def config() -> dict[str, Any]:
    """Return plotly's configuration: no bar, no zoom, nothing sent anywhere."""
    return {**_file()["config"], "showSendToCloud": False, "displaylogo": False}


def colour(theme: Theme, role: str) -> str:
    """Return the colour of ``role`` (accent, ink, ink2, muted, warn, fail, inside)."""
    value: str = _file()["roles"][theme][role]
    return value


def screen() -> dict[str, Any]:
    """Return what all figures of a page share: templates, colours, configuration.

    Figures come in light colours and without a template; ``colours`` says what each of
    them is in the dark, so that a page need not carry every figure twice.
    """
    roles = _file()["roles"]
    return {
        "light": template("light"),
        "dark": template("dark"),
        "colours": {
            **{roles["light"][role]: dark for role, dark in roles["dark"].items()},
            grid_colour("light"): grid_colour("dark"),
        },
        "config": config(),
    }


def grid_colour(theme: Theme) -> str:
    """Return the colour of the grid's hairlines."""
    value: str = template(theme)["layout"]["yaxis"]["gridcolor"]
    return value


def marker(theme: Theme, verdict: Verdict) -> dict[str, Any]:
    """Return the plotly marker of ``verdict``; its shape alone tells the verdict."""
    chosen = _file()["markers"][verdict]
    return {
        "symbol": chosen["symbol"],
        "size": chosen["size"],
        "color": colour(theme, chosen["color"]),
        "line": {"width": 1.75, "color": colour(theme, chosen["color"])},
    }


def plain(text: str) -> str:
    """Return ``text`` with plotly's pseudo-HTML made harmless."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
