"""What does a decision look like? A real one, for the front door.

`decision.json` holds the document that `manage.py evaluate --json` wrote for public
data; nothing is computed here and no figure is typed by hand.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from advisor.sizing import formats
from advisor.web.gauge import Gauge, Status
from advisor.web.parts import Verdict

FILE = Path(__file__).parent / "decision.json"
# Points shown on either side of the lowest and the highest interval.
ROOM = 4.0
VERDICTS = {
    "recommended": Verdict("pass", "pass", "Recommended"),
    "qualifies": Verdict("pass", "pass", "Meets every constraint"),
    "undecided": Verdict("warn", "unsure", "Undecided"),
    "rejected": Verdict("fail", "fail", "Rejected"),
    "not_run": Verdict("quiet", "skip", "Not run"),
}
STATUS: Mapping[str, Status] = {
    "recommended": "met",
    "qualifies": "met",
    "undecided": "undecided",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleRow:
    """One model of the example: quality against the floor, verdict and reason."""

    name: str
    quality: str
    gauge: Gauge
    verdict: Verdict
    reason: str
    recommended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A finished decision: the sentence, what it rests on, and every model."""

    project: str
    about: str
    sentence: str
    rest: str
    floor: str
    rows: tuple[ExampleRow, ...]


@cache
def example() -> Example:
    """Return the example decision; it is read once."""
    stored = json.loads(FILE.read_text())
    document = stored["recommendation"]
    findings = document["candidates"]
    floor = _floor(findings)
    axis = _axis(findings)
    sentence, _, rest = document["sentence"].partition(". ")
    return Example(
        project=stored["project"],
        about=stored["about"],
        sentence=f"{sentence}.",
        rest=rest,
        floor=formats.percent(floor / 100),
        rows=tuple(_row(finding, floor, axis) for finding in findings),
    )


def _row(
    finding: Mapping[str, Any], floor: float, axis: tuple[float, float]
) -> ExampleRow:
    low, value, high = _points(finding)
    reference = finding["role"] == "reference"
    quality = formats.percent(value / 100)
    return ExampleRow(
        name=finding["id"],
        quality=quality,
        gauge=Gauge.at_least(
            value,
            floor,
            low=low,
            high=high,
            axis=axis,
            status="met" if reference else STATUS.get(finding["verdict"], "failed"),
            text=f"{quality}, floor {formats.percent(floor / 100)}",
        ),
        verdict=Verdict("quiet", "seal", "Reference")
        if reference
        else VERDICTS[finding["verdict"]],
        reason=finding["reason"],
        recommended=finding["verdict"] == "recommended",
    )


def _floor(findings: list[Mapping[str, Any]]) -> float:
    """Return the lowest allowed score in points: the reference less the margin."""
    reference = next(one for one in findings if one["role"] == "reference")
    margin = next(
        row["limit"]
        for one in findings
        for row in one["constraints"]
        if row["name"] == "quality_margin"
    )
    return float(100 * (reference["quality"]["value"] - margin))


def _axis(findings: list[Mapping[str, Any]]) -> tuple[float, float]:
    ends = [_points(one) for one in findings]
    return min(x[0] for x in ends) - ROOM, max(x[2] for x in ends) + ROOM


def _points(finding: Mapping[str, Any]) -> tuple[float, float, float]:
    quality = finding["quality"]
    return tuple(100 * quality[end] for end in ("low", "value", "high"))
