"""Charts show what was measured, name nothing as markup and draw alike twice."""

import itertools
import json
import math
import re
import warnings
from dataclasses import replace

import plotly.graph_objects as go
import pytest

from advisor.charts import cost_volume, geometry, latency, paper, theme, trade_off
from advisor.charts.values import (
    CostLine,
    CostVolume,
    Latencies,
    LatencyRow,
    Point,
    TradeOff,
)

HOSTILE = '<a href="https://example.org">x</a> & <b>'


def a_trade(**changes):
    values = {
        "points": (
            Point(
                label="small",
                note="fp32",
                verdict="recommended",
                quality=88.0,
                low=85.0,
                high=91.0,
                cost=120.0,
            ),
            Point(
                label=HOSTILE, note=HOSTILE, verdict="fails", quality=80.0, cost=90.0
            ),
            Point(label="unpriced", note="", verdict="reference", quality=92.0),
        ),
        "cost_title": "Cost per month",
        "summary": "small is inside both limits.",
        "floor": 87.0,
        "floor_label": "Floor 87",
        "budget": 400.0,
        "budget_label": "Budget $400",
        "frontier": ("small", HOSTILE),
    }
    return TradeOff(**(values | changes))


LATENCIES = Latencies(
    rows=(
        LatencyRow(
            label="small",
            verdict="recommended",
            times_ms=(80.0, 90.0, 95.0, 120.0, math.inf),
            p50_ms=92.0,
            p95_ms=118.0,
        ),
        LatencyRow(
            label="silent", verdict="fails", times_ms=(), p50_ms=None, p95_ms=None
        ),
    ),
    summary="small is fast enough.",
    limit_ms=100.0,
)
COSTS = CostVolume(
    lines=(
        CostLine(
            label="api", verdict="reference", volumes=(1e4, 1e6), costs=(10.0, 1000.0)
        ),
        CostLine(label="own", verdict="meets", volumes=(1e4, 1e6), costs=(70.0, 70.0)),
    ),
    summary="They cross at 70,000 requests.",
    volume=3e5,
    budget=400.0,
    break_even=((7e4, 70.0),),
)
FIGURES = {
    "trade_off": lambda mode: trade_off.trade_off(a_trade(), mode=mode),
    "quality_only": lambda mode: trade_off.quality_only(a_trade(), mode=mode),
    "latency": lambda mode: latency.latencies(LATENCIES, mode=mode),
    "cost_volume": lambda mode: cost_volume.cost_volume(COSTS, mode=mode),
}
PAPERS = {
    "trade_off": lambda: paper.trade_off(a_trade()),
    "quality_only": lambda: paper.quality_only(a_trade()),
    "latency": lambda: paper.latencies(LATENCIES),
    "cost_volume": lambda: paper.cost_volume(COSTS),
}


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", FIGURES)
def test_plotly_accepts_every_property_of_every_figure(name, mode):
    figure = FIGURES[name](mode)
    go.Figure(data=figure["data"], layout=figure["layout"])
    assert figure["config"]["showSendToCloud"] is False
    json.dumps(figure, allow_nan=False)


def test_a_name_from_outside_never_becomes_markup():
    text = json.dumps(trade_off.trade_off(a_trade(), mode="light"))
    assert "<a href" not in text
    assert "&lt;a href" in text


def test_a_candidate_without_cost_is_not_drawn_at_zero():
    figure = trade_off.trade_off(a_trade(), mode="light")
    assert "unpriced" not in [trace.get("name") for trace in figure["data"]]


def test_quality_is_drawn_alone_when_no_cost_is_known():
    point = Point(label="free", note="", verdict="meets", quality=70.0)
    figure = trade_off.trade_off(a_trade(points=(point,)), mode="light")
    assert figure["data"][0]["y"] == ["free"]


def test_the_quality_axis_hides_no_margin_and_does_not_start_at_zero():
    low, high = geometry.quality_range(a_trade())
    assert 70 < low < 80
    assert high > 92


def test_an_outline_needs_two_finite_times():
    assert geometry.density((math.inf, 5.0)) == ([], [])
    xs, heights = geometry.density((5.0, 6.0, 7.0))
    assert max(heights) == pytest.approx(1.0)
    assert xs == sorted(xs)


@pytest.mark.parametrize(
    ("value", "text"), [(0.5, "$0.5"), (1500, "$1.5k"), (2e6, "$2M"), (3e9, "$3B")]
)
def test_ticks_are_short(value, text):
    assert geometry.short(value, "$") == text


def test_a_phone_gets_each_figure_narrow_with_letters_that_it_can_show():
    narrow = {
        "trade_off": paper.trade_off(a_trade(), narrow=True),
        "quality_only": paper.quality_only(a_trade(), narrow=True),
        "latency": paper.latencies(LATENCIES, narrow=True),
        "cost_volume": paper.cost_volume(COSTS, narrow=True),
    }
    for name, svg in narrow.items():
        width = float(re.search(r'<svg[^>]* width="([\d.]+)pt"', svg)[1])
        letters = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", svg)]
        # On the sheet of a phone, 326 pixels wide, 11 and more are read.
        assert letters, name
        assert min(letters) * 326 / width >= 11, name


@pytest.mark.parametrize("narrow", [False, True])
def test_the_longest_names_leave_room_for_what_is_drawn(narrow):
    long = [f"{at}-{'m' * 76}-{at}" for at in range(2)]
    point = a_trade().points[0]
    points = tuple(replace(point, label=one) for one in long)
    rows = tuple(replace(LATENCIES.rows[0], label=one) for one in long)
    lines = tuple(replace(COSTS.lines[0], label=one) for one in long)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # which is how a sheet without room is told
        svgs = [
            paper.trade_off(a_trade(points=points), narrow=narrow),
            paper.quality_only(a_trade(points=points), narrow=narrow),
            paper.latencies(replace(LATENCIES, rows=rows), narrow=narrow),
            paper.cost_volume(replace(COSTS, lines=lines), narrow=narrow),
        ]
    for svg in svgs:
        assert all(re.search(rf">{at}-m+…m+-{at}<", svg) for at in range(2))


@pytest.mark.parametrize("name", PAPERS)
def test_paper_is_the_same_bytes_for_the_same_values(name):
    first = PAPERS[name]()
    assert first == PAPERS[name]()
    assert first.startswith("<?xml")
    assert "<script" not in first


def test_each_verdict_has_its_own_shape_or_size():
    shapes = {
        (m["symbol"], m["size"])
        for m in (theme.marker("light", verdict) for verdict in theme.VERDICT_WORDS)
    }
    assert len(shapes) == len(theme.VERDICT_WORDS)


def test_names_at_the_ends_of_near_lines_stand_apart():
    near = (
        CostLine(label=f"model-{at}", verdict="meets", volumes=(1e5, 1e7), costs=cost)
        for at, cost in enumerate(((10.0, 1000.0), (9.0, 900.0), (8.0, 800.0)))
    )
    chart = CostVolume(lines=tuple(near), summary="", volume=1e6)
    for layout in ("layout", "narrow"):
        drawn = cost_volume.cost_volume(chart, mode="light")[layout]
        names = [n for n in drawn["annotations"] if n["text"].startswith("model-")]
        low, high = drawn["yaxis"]["range"]
        pixels = drawn["height"] - drawn["margin"]["t"] - drawn["margin"]["b"]
        middles = [(high - n["y"]) / (high - low) * pixels - n["yshift"] for n in names]
        lines = [1 + n["text"].count("<br>") for n in names]
        gaps = [after - before for before, after in itertools.pairwise(middles)]
        assert len(names) == 3
        assert all(
            gap >= 14.9 * number for gap, number in zip(gaps, lines, strict=False)
        )


def test_the_words_of_a_floor_near_the_right_edge_hang_to_its_left():
    def side(floor: float) -> str:
        figure = trade_off.quality_only(a_trade(floor=floor), mode="light")
        told = figure["layout"]["annotations"][0]
        assert told["text"] == "Floor 87"
        return str(told["xanchor"])

    assert side(97.0) == "right"
    assert side(60.0) == "left"
