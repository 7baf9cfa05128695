"""Of what values are charts and heat tables made? Each chart carries its own table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """A score around the floor: `step` -3 to 3 without 0; hatched when it crosses."""

    value: str | None
    note: str = ""
    step: Literal[-3, -2, -1, 1, 2, 3] | None = None
    crosses: bool = False

    @property
    def style(self) -> str:
        """The class names that colour the cell."""
        if self.step is None:
            return ""
        side = "hp" if self.step > 0 else "hn"
        return f"{side}{abs(self.step)}{' un' if self.crosses else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """One model in the heat table."""

    label: str
    cells: tuple[HeatCell, ...]
    note: str = ""
    recommended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTable:
    """The data behind a chart; the first column names the row, figures go right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def labelled(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """Return the rows with the name of its column beside each cell, for phones."""
        return tuple(tuple(zip(self.columns, row, strict=True)) for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartFigure:
    """A plotly figure (`data`, `layout`, perhaps `narrow`), its words and its table.

    `figure` is what a function of `advisor.charts` drew in light colours; the page
    recolours it by `charts.theme.screen` when its theme is dark.
    """

    id: str
    summary: str
    figure: Mapping[str, Any]
    table: DataTable
    caption: str = ""

    @property
    def height(self) -> int:
        """The height that the figure will take, so that nothing jumps, in pixels."""
        return int(self.figure.get("layout", {}).get("height", 340))

    @property
    def drawn(self) -> dict[str, Any]:
        """The figure as it goes into the page: what all figures share is left out."""
        layouts = {name: self.figure.get(name) for name in ("layout", "narrow")}
        return {
            "data": self.figure["data"],
            **{
                name: {key: part for key, part in one.items() if key != "template"}
                for name, one in layouts.items()
                if one
            },
        }
