"""How does a comparison become the decision record on paper? JSON values for Typst.

The paper says what the page says: every figure is the page's own text.
"""

from typing import Any

from django.utils import timezone

from advisor.charts import paper, theme
from advisor.reports.pages.comparison import Comparison, comparison_of
from advisor.reports.paper.rendering import ReportNotMade, render_pdf
from advisor.reports.selectors import Result, result_of
from advisor.runs.models import Run
from advisor.web.gauge import Gauge
from advisor.web.parts import Fact, Limit

TONES = {"pass": "pass", "fail": "fail", "warn": "warn", "quiet": "ink2"}
COLOURS = ("accent", "ink", "ink2", "muted", "warn", "fail", "pass", "line", "inside")


def pdf_of(run: Run) -> bytes:
    """Return the decision record of a finished run as a PDF.

    Raises:
        ReportNotMade: The run has no recommendation, or the PDF could not be made.
    """
    result = result_of(run)
    if result is None:
        raise ReportNotMade(
            f"Run {run.number} has no recommendation yet. Wait until it has finished."
        )
    return render_pdf(record_of(result, comparison_of(result)))


def record_of(result: Result, comparison: Comparison) -> dict[str, Any]:
    """Return the values of the decision record of a finished run."""
    run, setup = result.run, result.setup
    finished = timezone.localtime(run.finished_at or run.created_at)
    day = f"{finished:%-d %B %Y}"
    owner = setup.get("owner")
    meta = [["Status", "Proposed"], ["Date", day], ["Run", str(run.number)]]
    return {
        "colours": {role: theme.colour("light", role) for role in COLOURS},
        "title": f"Right-sized model for {run.project.name}",
        "team": run.team.name,
        "paper": "a4",
        "footer": f"{run.project.name} · decision record, run {run.number} · {day}",
        "record": f"Decision record, run {run.number}",
        "meta": [*meta, *([["Owner", owner]] if owner else [])],
        "sentence": comparison.headline,
        "qualifier": f"{comparison.rest} {comparison.promise}".strip(),
        "notices": [f"{one.title} {one.text}" for one in comparison.notices],
        "context": setup.get("goal") or "",
        "subject": comparison.subject or "",
        "drivers": [_driver(one) for one in comparison.limits],
        "brief": [],
        "options_intro": comparison.trade_off.summary,
        "figures": _figures(comparison),
        "option_heads": _option_heads(comparison),
        "options": [_option(one) for one in comparison.rows],
        "latency": _latency(comparison),
        "slices": _slices(comparison),
        "consequences": [],
        "method": [_fact(one) for one in (*comparison.method, *comparison.provenance)],
        "samples": [],
        "stamp": finished.isoformat(),
    }


def _driver(limit: Limit) -> dict[str, Any]:
    tone = TONES[limit.verdict.tone]
    return {
        "name": limit.label,
        "limit": limit.limit or "",
        "value": limit.value or "; ".join(limit.lines) or "–",
        "gauge": None if limit.gauge is None else _gauge(limit.gauge, tone),
        "status": limit.verdict.text,
        "tone": tone,
    }


def _gauge(gauge: Gauge, tone: str) -> dict[str, Any] | None:
    """Return the places of a gauge as shares of its axis; None without a value."""
    if gauge.value is None:
        return None
    low, high = (None if end is None else end / 100 for end in (gauge.low, gauge.high))
    return {
        "kind": gauge.side,
        "value": gauge.value / 100,
        "limit": gauge.limit / 100,
        "low": low if high is not None else None,
        "high": high,
        "tone": tone,
    }


def _figures(comparison: Comparison) -> list[dict[str, str]]:
    trade = comparison.trade_off
    shapes = "Filled: meets every constraint. Diamond: undecided. Hollow: fails one."
    figures = [
        {
            "svg": paper.trade_off(trade),
            "alt": trade.summary,
            "caption": f"Figure 1. Quality and cost. {shapes}",
        }
    ]
    if comparison.latencies is not None:
        figures.append(
            {
                "svg": paper.latencies(comparison.latencies),
                "alt": comparison.latencies.summary,
                "caption": f"Figure 2. Time to the complete answer; p50 and p95 at the"
                f" right. {comparison.latencies.summary}",
            }
        )
    return figures


def _option_heads(comparison: Comparison) -> list[list[str]]:
    """Return the columns of the options, each with the limit under its head."""
    heads = comparison.heads
    columns = ("quality", "Quality"), ("p95", "p95"), ("memory", "Memory")
    named = [[title, heads.get(key, "")] for key, title in columns]
    return [*named, [heads["cost_title"], heads.get("cost", "")]]


def _option(row: Any) -> dict[str, str]:
    return {
        "name": row.id,
        "note": row.note,
        "quality": row.quality,
        "quality_range": row.quality_range,
        "p95": row.p95,
        "memory": row.memory,
        "cost": row.cost,
        "verdict": row.verdict.text,
        "tone": "accent" if row.picked else TONES[row.verdict.tone],
        "reason": row.reason,
    }


def _latency(comparison: Comparison) -> dict[str, Any]:
    """Return the percentiles with their bounds, as the page has them."""
    table = comparison.latency_table
    rows = [list(row) for row in table.rows]
    return {"columns": list(table.columns), "rows": rows}


def _slices(comparison: Comparison) -> dict[str, Any]:
    rows = [
        [row.label, *(f"{cell.value or '–'} {cell.note}".strip() for cell in row.cells)]
        for row in comparison.slice_rows
    ]
    return {
        "columns": ["Candidate", *comparison.slice_columns],
        "rows": rows,
        "caption": "Quality by tag, points of score with half the 95 % interval.",
    }


def _fact(fact: Fact) -> list[str]:
    return [fact.term, "\n".join((*([fact.value] if fact.value else []), *fact.lines))]
