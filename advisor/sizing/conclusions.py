"""What is concluded about each candidate and about the case? Values without judgement.

``qualification`` and ``limits`` fill them in, ``recommendation`` orders them,
``explanation`` puts them into words and ``formats`` into a document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from advisor.sizing.constraints import Constraint
from advisor.sizing.measurement import Case, Evidence, Figure, Promise
from advisor.sizing.sequential import Verdict

Status = Literal["met", "failed", "undecided", "unknown"]
Standing = Literal["recommended", "qualifies", "rejected", "undecided", "not_run"]
Outcome = Literal["recommended", "none_qualifies", "undecided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one constraint stands for one candidate.

    ``value`` is what is held against the limit, None when it is not known; ``slack`` is
    the room left, negative beyond the limit, in the limit's unit; ``decisive`` is the
    end of an interval that decided, where there is one. ``more`` is about how many more
    samples would settle an undecided quality, None when it cannot be told.
    ``disturbed`` says that it is open because other programs ran while it was measured.
    """

    constraint: Constraint
    status: Status
    value: float | bool | str | tuple[str, ...] | None = None
    slack: float | None = None
    decisive: float | None = None
    more: int | None = None
    n: int | None = None
    disturbed: bool = False

    @property
    def must(self) -> bool:
        """Return whether failing it excludes."""
        return self.constraint.level == "must"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Candidate minus reference in score points, and what the margin's test says."""

    value: float | None
    low: float
    high: float
    n: int
    verdict: Verdict | Literal["undecided"]
    promise: Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The noisy half of a finding: quality, difference and the rows of their tests.

    ``any_difference`` is McNemar's p-value, for a run that looked at all samples.
    """

    figure: Figure | None = None
    difference: Difference | None = None
    rows: tuple[Row, ...] = ()
    any_difference: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """All that is concluded about one candidate, or about the reference."""

    evidence: Evidence
    quality: Quality
    rows: tuple[Row, ...]
    latency: Mapping[str, Figure | None]
    ttft: Figure | None
    objective: float | None
    standing: Standing
    reason: str = ""

    @property
    def id(self) -> str:
        """Return the id of the candidate."""
        return self.evidence.id

    def rows_with(self, status: Status) -> tuple[Row, ...]:
        """Return the musts that stand at ``status``."""
        return tuple(row for row in self.rows if row.must and row.status == status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """The answer: outcome, sentence, and a finding for everyone, best first.

    ``confidence`` is what this look may state, None when earlier looks used it up.
    """

    case: Case
    outcome: Outcome
    recommended: str | None
    findings: tuple[Finding, ...]
    cheaper_undecided: tuple[str, ...]
    keep_reference: bool
    confidence: float | None
    sentence: str = ""

    @property
    def chosen(self) -> Finding | None:
        """Return the finding of the recommended candidate."""
        return next((one for one in self.findings if one.id == self.recommended), None)

    @property
    def candidates(self) -> tuple[Finding, ...]:
        """Return the findings of the candidates, best first."""
        return tuple(one for one in self.findings if one.evidence.role == "candidate")

    @property
    def reference(self) -> Finding | None:
        """Return the finding of the reference."""
        return next(
            (one for one in self.findings if one.evidence.role == "reference"), None
        )
