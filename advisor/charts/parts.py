"""Which parts do all plotly figures share? Frame, limit lines and their words."""

from typing import Any

from advisor.charts import theme
from advisor.charts.theme import Theme, plain

Figure = dict[str, Any]


# The plot that names are laid out for: the column beside the rail, and a phone's.
WIDE, NARROW = 610.0, 270.0


def base_layout(mode: Theme, *, height: int) -> dict[str, Any]:
    """Return the layout of an empty chart, ``height`` in pixels."""
    return {
        "template": theme.template(mode),
        "height": height,
        "margin": {"l": 56, "r": 28, "t": 34, "b": 50},
        "showlegend": False,
        "shapes": [],
        "annotations": [],
    }


def limit_line(
    mode: Theme,
    *,
    x: float | None = None,
    y: float | None = None,
    role: str = "fail",
    dash: str = "5px,4px",
) -> dict[str, Any]:
    """Return a dashed line across the plot at one value of one axis."""
    line = {"width": 1.25, "color": theme.colour(mode, role), "dash": dash}
    if x is not None:
        ends: dict[str, Any] = {"x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1}
    else:
        ends = {"y0": y, "y1": y, "xref": "paper", "x0": 0, "x1": 1}
    return {"type": "line", "line": line, **ends}


def limit_text(
    mode: Theme,
    text: str,
    *,
    x: float | None = None,
    y: float | None = None,
    yanchor: str = "top",
    at_foot: bool = False,
) -> dict[str, Any]:
    """Return the words of a limit, at the end of its line."""
    spot: dict[str, Any] = (
        {"x": x, "yref": "paper", "y": 0 if at_foot else 1, "xanchor": "left"}
        if x is not None
        else {"y": y, "xref": "paper", "x": 1, "xanchor": "right"}
    )
    spot |= {"yanchor": "bottom" if at_foot else yanchor, "xshift": 5 if at_foot else 0}
    font = {"size": 12, "color": theme.colour(mode, "fail")}
    return {"text": plain(text), "showarrow": False, "font": font, **spot}


def y_title(text: str, margin: float = 56.0) -> dict[str, Any]:
    """Return the title of the y axis: above it, never rotated.

    It begins 8 pixels inside the left ``margin`` of the plot.
    """
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": 1,
        "xanchor": "left",
        "yanchor": "bottom",
        "xshift": 8 - margin,
        "yshift": 8,
        "showarrow": False,
    }


def x_title(text: str, below: float = 34.0) -> dict[str, Any]:
    """Return the title of the x axis: under its end, ``below`` pixels down."""
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": 1,
        "y": 0,
        "xanchor": "right",
        "yanchor": "top",
        "yshift": -below,
        "showarrow": False,
    }


def note(text: str, font: dict[str, Any], **where: Any) -> dict[str, Any]:
    """Return words without an arrow; ``text`` is escaped already."""
    return {"text": text, "showarrow": False, "font": font, **where}
