"""A heat table and a chart with made-up values."""

from typing import Any

from advisor.web.figures import ChartFigure, DataTable, HeatCell, HeatRow

HEAT_COLUMNS = ("Billing", "Delivery", "Returns", "All")
HEAT_ROWS = (
    HeatRow(
        label="small",
        recommended=True,
        cells=(
            HeatCell(value="98.2", note="± 2.6", step=3),
            HeatCell(value="95.0", note="± 4.4", step=2, crosses=True),
            HeatCell(value="94.0", note="± 3.9", step=1, crosses=True),
            HeatCell(value="96.1", note="± 2.3", step=2),
        ),
    ),
    HeatRow(
        label="tiny",
        cells=(
            HeatCell(value="93.0", note="± 4.2", step=1, crosses=True),
            HeatCell(value="90.1", note="± 3.9", step=-1, crosses=True),
            HeatCell(value="88.2", note="± 5.5", step=-2, crosses=True),
            HeatCell(value="84.2", note="± 5.3", step=-3),
        ),
    ),
    HeatRow(
        label="large",
        note="own score",
        cells=(
            HeatCell(value="94.6"),
            HeatCell(value="95.8"),
            HeatCell(value=None),
            HeatCell(value="93.6"),
        ),
    ),
)


def _figure() -> dict[str, Any]:
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers",
                "x": [120, 660, 8400],
                "y": [88.4, 96.1, 100],
                "marker": {"size": 11},
            }
        ],
        "layout": {
            "height": 320,
            "margin": {"l": 44, "r": 16, "t": 16, "b": 44},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": "gray"},
            "xaxis": {"type": "log", "title": {"text": "Cost per month (log scale)"}},
            "yaxis": {"title": {"text": "Quality, % of the reference"}},
        },
        "config": {},
    }


CHART = ChartFigure(
    id="specimen-chart",
    summary="Three made-up models: quality against monthly cost.",
    light=_figure(),
    dark=_figure(),
    caption="Made-up values: a chart, its caption and the table behind it.",
    table=DataTable(
        columns=("Model", "Quality", "Cost a month"),
        rows=(
            ("tiny", "88.4", "$120"),
            ("small", "96.1", "$660"),
            ("large", "100.0", "$8,400"),
        ),
    ),
)
