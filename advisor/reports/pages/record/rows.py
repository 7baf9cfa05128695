"""Which numbers has a record, each with its unit, interval and origin? One row each.

Spreadsheets and programs calculate with ``value``; ``text`` is what page and paper say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from typing import Any

from advisor.reports.pages import words
from advisor.reports.pages.record.paper import technique_cells
from advisor.reports.pages.record.value import Record
from advisor.sizing import formats

PERCENTILES = ("p50", "p95", "p99")
TECHNIQUES = ("Expected quality", "Expected cost", "Basis")
COSTS = {
    "per_month": "cost a month",
    "per_1000_requests": "cost per 1,000 requests",
    "per_accepted_answer": "cost per accepted answer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure or fact; a fact has a text alone, an unmeasured figure a dash."""

    section: str
    subject: str
    measure: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: float | None = None
    unit: str = ""
    origin: str = ""
    text: str = ""

    @property
    def cells(self) -> tuple[str | float | None, ...]:
        """Return the row in the order of ``COLUMNS``."""
        return astuple(self)


COLUMNS = tuple(one.name for one in fields(Row))


def rows_of(record: Record) -> tuple[Row, ...]:
    """Return everything that a record says, section by section, in its order."""
    return (
        *_decision(record),
        *_drivers(record),
        *_candidates(record),
        *_tags(record),
        *_consequences(record),
        *_techniques(record),
        *_method(record),
    )


def _decision(record: Record) -> Iterator[Row]:
    c, signed = record.comparison, record.signature
    facts = [
        *record.meta,
        ("Run", str(record.run_number)),
        ("Sentence", c.sentence),
        ("Promise", c.promise),
        *(("Context", text) for text in record.context),
        *((one.title, one.text) for one in record.notices),
    ]
    if signed is not None:
        facts += [
            ("Decision", f"{signed.verdict}: {signed.model}"),
            ("Signed by", signed.who),
            ("Signed on", signed.when),
            ("Reason", signed.reason),
        ]
    for measure, text in facts:
        yield Row(section="decision", subject=record.name, measure=measure, text=text)


def _drivers(record: Record) -> Iterator[Row]:
    subject = record.comparison.subject or ""
    chosen = next(
        (one for one in record.document["candidates"] if one["id"] == subject), None
    )
    numbers = {} if chosen is None else {c["name"]: c for c in chosen["constraints"]}
    by_label = {words.name_of(name): one for name, one in numbers.items()}
    for limit in record.comparison.limits:
        stored = by_label.get(limit.label, {})
        told = limit.value or "; ".join(limit.lines) or formats.DASH
        yield Row(
            section="decision drivers",
            subject=subject,
            measure=limit.label,
            value=_number(stored.get("value")),
            text=told,
        )
        yield Row(
            section="decision drivers",
            subject=subject,
            measure=f"{limit.label}, limit",
            value=_number(stored.get("limit")),
            text=f"{limit.limit or ''} {limit.verdict.text}".strip(),
        )


def _candidates(record: Record) -> Iterator[Row]:
    shown = {row.id: row for row in record.comparison.rows}
    for one in record.document["candidates"]:
        row = shown[one["id"]]
        yield _fact(one, "Verdict", row.verdict.text)
        yield _figure(one, "Quality", one["quality"], "points", row.quality, by=100)
        loss = one["difference"]
        if one["role"] == "candidate":
            told = words.points(words.value_of(loss))
            yield _figure(one, "Difference", loss, "points", told, by=100)
        times = one["latency_ms"] or {}
        for name in PERCENTILES:
            told = words.time_of(times.get(name))
            yield _figure(one, name, times.get(name), "ms", told, n=times.get("n"))
        memory = formats.gigabytes(words.value_of(one["memory_gb"]))
        yield _figure(one, "Memory", one["memory_gb"], "GB", memory)
        for key, measure in COSTS.items():
            cost = one["cost"][key]
            told = formats.money(words.value_of(cost))
            yield _figure(one, measure.capitalize(), cost, "USD", told)
        yield _fact(one, "Reason", row.reason)


def _tags(record: Record) -> Iterator[Row]:
    c = record.comparison
    for row in c.slice_rows:
        for column, cell in zip(c.slice_columns, row.cells, strict=True):
            yield Row(
                section="quality by tag",
                subject=row.label,
                measure=column,
                value=None if cell.value is None else float(cell.value),
                unit="points",
                text=f"{cell.value or formats.DASH} {cell.note}".strip(),
            )


def _consequences(record: Record) -> Iterator[Row]:
    found = record.consequences
    for measure, texts in (
        ("Good", found.good),
        ("Bad", found.bad),
        ("Revisit when", found.revisit),
    ):
        for text in texts:
            yield Row(section="consequences", subject="", measure=measure, text=text)


def _techniques(record: Record) -> Iterator[Row]:
    for one in record.techniques:
        name, *cells = technique_cells(one)
        for measure, text in zip(TECHNIQUES, cells, strict=True):
            yield Row(section="techniques", subject=name, measure=measure, text=text)


def _method(record: Record) -> Iterator[Row]:
    for fact in record.method:
        told = "; ".join((*([fact.value] if fact.value else []), *fact.lines))
        yield Row(section="method", subject="", measure=fact.term, text=told)


def _fact(one: Mapping[str, Any], measure: str, text: str) -> Row:
    return Row(section="candidates", subject=one["id"], measure=measure, text=text)


def _figure(
    one: Mapping[str, Any],
    measure: str,
    stored: words.Stored,
    unit: str,
    text: str,
    *,
    by: float = 1.0,
    n: float | None = None,
) -> Row:
    found = stored or {}
    value, low, high = (
        None if (end := _number(found.get(name))) is None else round(end * by, 10)
        for name in ("value", "low", "high")
    )
    return Row(
        section="candidates",
        subject=one["id"],
        measure=measure,
        value=value,
        low=low,
        high=high,
        n=_number(found.get("n")) if n is None else n,
        unit=unit,
        origin=str(found.get("origin") or ""),
        text=text,
    )


def _number(value: object) -> float | None:
    """Return a number as it is; None for anything else, booleans included."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value
