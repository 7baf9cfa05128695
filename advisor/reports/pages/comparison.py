"""What does the comparison say, in which order? The one value of page and papers.

Answer first: the sentence, then why not the others, cost and quality, latency, quality
by tag, method. Every text is ready to show and comes from the stored document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from advisor.charts.values import CostVolume, Latencies, TradeOff
from advisor.reports.pages import (
    limits,
    method,
    pictures,
    reasons,
    slices,
    volumes,
    words,
)
from advisor.reports.pages.techniques import Technique, techniques_of
from advisor.reports.selectors import Result
from advisor.sizing import formats, sentences
from advisor.web.figures import DataTable, HeatRow
from advisor.web.parts import Fact, Limit, Notice, Verdict

OUTCOMES = {
    "recommended": "Recommendation",
    "none_qualifies": "None qualifies",
    "undecided": "Undecided",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One candidate in the table "why not the others"."""

    id: str
    note: str
    verdict: Verdict
    quality: str
    quality_range: str
    p95: str
    memory: str
    cost: str
    reason: str
    failing: frozenset[str]
    unsure: frozenset[str]
    picked: bool = False
    off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that page, PDF and other papers say about one run."""

    outcome: str
    kicker: str
    sentence: str
    headline: str
    rest: str
    promise: str
    subject: str | None
    limits: tuple[Limit, ...]
    notices: tuple[Notice, ...]
    rows: tuple[Row, ...]
    heads: Mapping[str, str]
    trade_off: TradeOff
    trade_off_table: DataTable
    latencies: Latencies | None
    latency_table: DataTable
    cost_volume: CostVolume | None
    slice_columns: tuple[str, ...]
    slice_rows: tuple[HeatRow, ...]
    slice_summary: str
    techniques: tuple[Technique, ...]
    method: tuple[Fact, ...]
    provenance: tuple[Fact, ...]


def comparison_of(result: Result) -> Comparison:
    """Return the comparison of a finished run."""
    document = result.document
    subject = result.recommended or _closest(result)
    headline, rest = headline_of(document)
    trade = pictures.trade_off_of(result)
    named = None if subject is None else subject["id"]
    columns, heat = slices.heat_of(result, named)
    return Comparison(
        outcome=document["outcome"],
        kicker=_kicker(result),
        sentence=document["sentence"],
        headline=headline,
        rest=rest,
        promise=method.promise_of(result),
        subject=named,
        limits=() if subject is None else limits.limits_of(result, subject),
        notices=method.notices_of(result),
        rows=tuple(_row(result, one) for one in result.findings),
        heads=_heads(result),
        trade_off=trade,
        trade_off_table=pictures.trade_off_table(trade),
        latencies=pictures.latencies_of(result),
        latency_table=pictures.latency_table(result),
        cost_volume=volumes.cost_volume_of(result, named),
        slice_columns=columns,
        slice_rows=heat,
        slice_summary=slices.weakest(result, named),
        techniques=techniques_of(result),
        method=method.method_of(result),
        provenance=method.provenance_of(result),
    )


def headline_of(document: Mapping[str, Any]) -> tuple[str, str]:
    """Return the answer in a line, and the rest of the sentence.

    "Undecided" alone says little: the line then names who is closest.
    """
    headline, _, rest = str(document["sentence"]).partition(". ")
    headline = headline.rstrip(".") + "."
    if document["outcome"] == "undecided" and ": " in rest:
        who, _, rest = rest.partition(": ")
        return f"{headline} {who}.", rest if rest[:2] == "p9" else sentences.capital(
            rest
        )
    return headline, rest


def _closest(result: Result) -> dict[str, Any] | None:
    """Return the candidate to show the limits of when none is recommended."""
    return next((one for one in result.findings if one["role"] == "candidate"), None)


def _kicker(result: Result) -> str:
    if result.document["keep_reference"]:
        return "Keep the reference"
    return OUTCOMES[result.document["outcome"]]


def _row(result: Result, one: Mapping[str, Any]) -> Row:
    row = result.rows[one["id"]]
    reference = one["role"] == "reference"
    latency, cost = one["latency_ms"] or {}, one["cost"]
    quality, interval = words.quality(one["quality"])
    basis = "per_month" if _monthly(result) else "per_1000_requests"
    reason = reasons.reason_of(result, one)
    return Row(
        id=one["id"],
        note=words.spec_note(row.spec, row.engine, row.facts),
        verdict=reason.verdict,
        quality=quality,
        quality_range=interval,
        p95=words.time_of(latency.get("p95")),
        memory=formats.gigabytes(words.value_of(one["memory_gb"])),
        cost=formats.money(words.value_of(cost[basis])),
        reason=reason.text,
        failing=_standing_at(one, "failed"),
        unsure=_standing_at(one, "undecided"),
        picked=one["verdict"] == "recommended" and not reference,
        off=one["verdict"] == "not_run",
    )


def _standing_at(one: Mapping[str, Any], status: str) -> frozenset[str]:
    """Return the names of the limits that stand at ``status``."""
    names = (row["name"] for row in one["constraints"] if row["status"] == status)
    return frozenset(name.partition(".")[0] for name in names)


def _monthly(result: Result) -> bool:
    return any(one["cost"]["per_month"] for one in result.findings)


def _heads(result: Result) -> dict[str, str]:
    """Return the limit under each column's head."""
    floor = pictures.floor_of(result)
    asked = {
        "p95": "p95_latency_ms",
        "memory": "max_memory_gb",
        "cost": "monthly_budget_usd",
    }
    heads = {
        column: limits.limit_text(result.constraints[key])
        for column, key in asked.items()
        if key in result.constraints
    }
    # A column that nobody fills and no limit asks for is left out.
    known = {
        "memory": any(one["memory_gb"] for one in result.findings),
        "p95": any((one["latency_ms"] or {}).get("p95") for one in result.findings),
        "cost": any(one["cost"]["per_1000_requests"] for one in result.findings),
    }
    heads |= {
        f"has_{column}": "yes" if found or column in heads else ""
        for column, found in known.items()
    }
    heads["quality"] = "" if floor is None else f"floor {floor:.1f}"
    heads["cost_title"] = "Cost / month" if _monthly(result) else "Cost / 1,000"
    return heads
