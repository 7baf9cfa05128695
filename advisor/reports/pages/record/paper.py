"""How does a record become a PDF? JSON values for Typst, each the page's own text."""

from collections.abc import Sequence
from typing import Any

from advisor.charts import theme
from advisor.reports.pages.comparison import Comparison
from advisor.reports.pages.record.figures import svg_of
from advisor.reports.pages.record.value import Asked, Figure, Record, Signature
from advisor.reports.pages.techniques import Technique
from advisor.sizing import formats
from advisor.web.figures import HeatCell
from advisor.web.gauge import Gauge
from advisor.web.parts import Fact, Limit

TONES = {
    "pass": "pass",
    "fail": "fail",
    "warn": "warn",
    "quiet": "ink2",
    "accent": "accent",
}
COLOURS = ("accent", "ink", "ink2", "muted", "warn", "fail", "pass", "line", "inside")
SHEETS = {
    "options": "Options considered",
    "evidence": "Evidence",
    "consequences": "Consequences and method",
}
STEPS = (-3, -2, -1, 1, 2, 3)


def paper_of(
    record: Record, paper: str = "a4", left_out: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the values of the template; ``paper`` is a4 or us-letter."""
    c = record.comparison
    return {
        "colours": {role: theme.colour("light", role) for role in COLOURS},
        "heat": _heat(),
        "title": record.title,
        "team": record.team,
        "paper": paper,
        "footer": record.footer,
        "record": record.heading,
        "meta": [list(pair) for pair in record.meta],
        "status": {"text": record.status.text, "tone": TONES[record.status.tone]},
        "sentence": c.headline,
        "qualifier": f"{c.rest} {c.promise}".strip(),
        "notices": _notices(record, left_out),
        "left_out": list(left_out),
        "context": list(record.context),
        "subject": c.subject or "",
        "drivers": [_driver(one) for one in c.limits],
        "brief": [list(part) for part in record.brief],
        "signature": _signature(record.signature),
        "options_intro": record.options_intro,
        "figures": {one.name: _figure(one, c) for one in record.figures},
        "option_heads": _option_heads(c),
        "options": [_option(one) for one in c.rows],
        "latency": _table(c),
        "tags": _tags(c),
        "good": list(record.consequences.good),
        "bad": list(record.consequences.bad),
        "revisit": list(record.consequences.revisit),
        "techniques": [technique_cells(one) for one in record.techniques],
        "method": [_fact(one) for one in record.method],
        "samples": [_asked(one) for one in record.samples],
        "stamp": record.stamp,
    }


def _notices(record: Record, left_out: Sequence[str]) -> list[str]:
    """Return the record's notices; a paper that goes without sheets says so."""
    notices = [f"{one.title} {one.text}".strip() for one in record.notices]
    if left_out:
        told = ", ".join(SHEETS[name] for name in left_out)
        notices.append(f"Left out of this copy: {told}.")
    return notices


def _asked(one: Asked) -> dict[str, Any]:
    return {
        "title": one.title,
        "input": one.input,
        "expected": one.expected,
        "answers": [list(pair) for pair in one.answers],
    }


def technique_cells(one: Technique) -> list[str]:
    """Return a technique in four cells: name, quality, cost, on what it rests."""
    name = f"{one.name}: {one.what}" if one.what else one.name
    quality = f"{one.quality} {one.quality_note}".strip() or formats.DASH
    cost = f"{one.cost} {one.cost_note}".strip() or formats.DASH
    return [name, quality, cost, f"{one.tag.text}. {one.note}".strip()]


def _heat() -> dict[str, str]:
    """Return the colour of each step around the floor, from the charts' own scale."""
    scale = theme.template("light")["layout"]["colorscale"]["diverging"]
    return {str(step): scale[2 * place][1] for place, step in enumerate(STEPS)}


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
        "status": gauge.status,
    }


def _signature(signed: Signature | None) -> dict[str, str] | None:
    if signed is None:
        return None
    return {
        "verdict": f"{signed.verdict}: {signed.model}",
        "who": signed.who or "A member of the team",
        "when": signed.when,
        "revisit_by": signed.revisit_by,
        "reason": signed.reason,
    }


def _figure(figure: Figure, comparison: Comparison) -> dict[str, str]:
    return {
        "svg": svg_of(comparison, figure.name) or "",
        "alt": figure.alt,
        "caption": figure.numbered,
    }


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


def _table(comparison: Comparison) -> dict[str, Any]:
    """Return the percentiles with their bounds, as the page has them."""
    table = comparison.latency_table
    return {"columns": list(table.columns), "rows": [list(row) for row in table.rows]}


def _tags(comparison: Comparison) -> dict[str, Any]:
    return {
        "columns": list(comparison.slice_columns),
        "rows": [
            {
                "name": row.label,
                "picked": row.recommended,
                "cells": [_cell(cell) for cell in row.cells],
            }
            for row in comparison.slice_rows
        ],
    }


def _cell(cell: HeatCell) -> dict[str, Any]:
    return {
        "value": cell.value or "–",
        "note": cell.note,
        "step": "" if cell.step is None else str(cell.step),
        "crosses": cell.crosses,
    }


def _fact(fact: Fact) -> list[str]:
    return [fact.term, "\n".join((*([fact.value] if fact.value else []), *fact.lines))]
