"""A heat table and a chart with made-up values."""

from advisor.charts.trade_off import trade_off
from advisor.charts.values import Point, TradeOff
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


TRADE_OFF = TradeOff(
    points=(
        Point(
            label="tiny",
            note="88.4%, $120",
            verdict="fails",
            quality=88.4,
            low=85.3,
            high=91.5,
            cost=120,
        ),
        Point(
            label="small",
            note="96.1%, $660",
            verdict="recommended",
            quality=96.1,
            low=93.8,
            high=98.4,
            cost=660,
        ),
        Point(
            label="large", note="reference", verdict="reference", quality=100, cost=8400
        ),
    ),
    cost_title="Cost per month",
    summary="Three made-up models: quality against monthly cost.",
    floor=93,
    floor_label="Quality floor 93%",
    budget=2000,
    budget_label="Budget $2,000",
    frontier=("tiny", "small", "large"),
)
CHART = ChartFigure(
    id="specimen-chart",
    summary=TRADE_OFF.summary,
    figure=trade_off(TRADE_OFF, mode="light"),
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
