"""In which order, and by what, are the models of a run ranked? Rows of the panel."""

from collections.abc import Mapping
from typing import Any

from advisor.adaptations.pages.words import parameters
from advisor.reports.pages import words
from advisor.reports.pages.reasons import objective_of, reason_of
from advisor.reports.selectors import Result
from advisor.sizing import formats
from advisor.sizing.conclusions import Finding, Recommendation
from advisor.web.panels import RankRow
from advisor.web.parts import Verdict


def recorded_rank(result: Result, one: Mapping[str, Any]) -> RankRow:
    """Return the row of a finding that the run stored."""
    verdict = reason_of(result, one).verdict
    recommended = one["id"] == result.document["recommended"]
    value = _value(result.run.manifest["objective"], objective_of(result, one))
    return RankRow(
        name=one["id"], value=value, verdict=verdict, recommended=recommended
    )


def rank_of(decided: Recommendation, finding: Finding) -> RankRow:
    """Return the row of a finding under limits that are tried."""
    chosen = finding.id == decided.recommended
    if finding.evidence.role == "reference":
        verdict = words.REFERENCE
    else:
        known = words.VERDICTS[finding.standing]
        text = known.text
        if finding.standing in ("rejected", "undecided"):
            text = finding.reason.partition(":")[0]
        verdict = Verdict(known.tone, known.icon, text)
    return RankRow(
        name=finding.id,
        value=_value(decided.case.objective, finding.objective),
        verdict=verdict,
        recommended=chosen,
    )


def _value(kind: str, value: float | None) -> str:
    """Return an objective with its unit."""
    if value is None:
        return formats.DASH
    if kind == "latency":
        return formats.duration(value)
    if kind == "size":
        return parameters(value)
    return formats.money(value)
