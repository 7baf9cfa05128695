"""How does a record become JSON? Its own words, its rows, and the stored document."""

import json
from dataclasses import asdict
from typing import Any

from advisor.reports.pages.record.rows import rows_of
from advisor.reports.pages.record.value import Record

SCHEMA = "rightsize.report/1"


def json_of(record: Record) -> bytes:
    """Return the record as JSON; ``recommendation`` is the stored document."""
    signed = record.signature
    report: dict[str, Any] = {
        "schema": SCHEMA,
        "record": record.name or None,
        "status": record.status.text,
        "title": record.title,
        "team": record.team,
        "project": record.project,
        "run": record.run_number,
        "date": record.day,
        "sentence": record.comparison.sentence,
        "context": list(record.context),
        "notices": [f"{one.title} {one.text}".strip() for one in record.notices],
        "signature": None if signed is None else asdict(signed),
        "consequences": asdict(record.consequences),
        "figures": [one.numbered for one in record.figures],
        "rows": [asdict(row) for row in rows_of(record)],
        "recommendation": record.document,
    }
    text = json.dumps(report, ensure_ascii=False, indent=1, allow_nan=False)
    return (text + "\n").encode()
