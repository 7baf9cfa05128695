"""What does a page or paper of a run read? Its result and what lies behind it."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Any

from django.db.models import Avg

from advisor.accounts.models import Team
from advisor.projects.models import Project
from advisor.runs.models import Answer, Candidate, Run, SpeedRecord
from advisor.runs.selectors import candidates_of, run_by_number
from advisor.sizing import constraints, intervals
from advisor.sizing.constraints import Constraint
from advisor.sizing.measurement import Figure

SMALLEST_SLICE = 5


@dataclass(frozen=True)
class Result:
    """A finished run: the stored document, and the rows that pictures need.

    Figures come from ``document`` alone, so that every page and paper agrees with it.
    """

    run: Run
    document: Mapping[str, Any]

    @cached_property
    def constraints(self) -> dict[str, Constraint]:
        """Return the project's limits by key, in the order of the setup."""
        reference = any(one["role"] == "reference" for one in self.findings)
        parsed = constraints.parse(
            self.run.manifest["constraints"], has_reference=reference
        )
        return {one.key: one for one in parsed}

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Return everyone's finding, best first, the reference last."""
        found: list[dict[str, Any]] = self.document["candidates"]
        return found

    @cached_property
    def rows(self) -> dict[str, Candidate]:
        """Return the rows of candidates and reference by key."""
        return {one.key: one for one in candidates_of(self.run)}

    @property
    def recommended(self) -> dict[str, Any] | None:
        """Return the finding of the recommended candidate."""
        chosen = self.document["recommended"]
        return next((one for one in self.findings if one["id"] == chosen), None)

    @property
    def reference(self) -> dict[str, Any] | None:
        """Return the finding of the reference."""
        return next((one for one in self.findings if one["role"] == "reference"), None)

    @property
    def setup(self) -> Mapping[str, Any]:
        """Return the document of the frozen setup."""
        frozen: Mapping[str, Any] = self.run.setup.document
        return frozen


def result_of(run: Run) -> Result | None:
    """Return the result of a run, None while it has no recommendation."""
    stored = getattr(run, "recommendation", None)
    return None if stored is None else Result(run, json.loads(stored.document))


def result_by_number(team: Team, project: str, number: int) -> Result | None:
    """Return the result of a team's run; DoesNotExist where there is no such run."""
    found = Project.objects.get(team=team, slug=project)
    return result_of(run_by_number(found, number))


def times_of(run: Run) -> dict[str, tuple[float, ...]]:
    """Return the end-to-end times in ms by candidate, infinite for a failure.

    Under the peak load where that was measured, else one request at a time; a recorded
    file has what was recorded.
    """
    by_phase: dict[tuple[str, str], list[float]] = defaultdict(list)
    records = SpeedRecord.objects.filter(candidate__run=run).exclude(
        phase=SpeedRecord.Phase.WARM_UP
    )
    for key, phase, total in records.values_list(
        "candidate__key", "phase", "total_ms"
    ).order_by("candidate", "phase", "index"):
        by_phase[key, phase].append(inf if total is None else total)
    times = {key: tuple(t) for (key, phase), t in by_phase.items() if phase == "single"}
    times |= {key: tuple(t) for (key, phase), t in by_phase.items() if phase == "load"}
    return _recorded_times(run) | times


def request_seconds(run: Run, keys: Collection[str]) -> dict[str, float]:
    """Return the mean seconds of a request sent alone, for those of ``keys`` timed."""
    if not keys:
        return {}
    timed = (
        SpeedRecord.objects.filter(
            candidate__run=run,
            candidate__key__in=keys,
            phase=SpeedRecord.Phase.SINGLE,
            failure_code="",
            total_ms__gt=0,
        )
        .order_by()
        .values_list("candidate__key")
        .annotate(mean=Avg("total_ms"))
    )
    return {key: mean / 1000 for key, mean in timed}


def _recorded_times(run: Run) -> dict[str, tuple[float, ...]]:
    recorded: dict[str, list[float]] = defaultdict(list)
    answers = Answer.objects.filter(
        trial__run=run, trial__candidate__engine="recorded", latency_ms__isnull=False
    )
    for key, latency in answers.values_list("trial__candidate__key", "latency_ms"):
        if latency is not None:
            recorded[key].append(latency)
    return {key: tuple(times) for key, times in recorded.items()}


def slices_of(run: Run) -> dict[str, dict[str, Figure]]:
    """Return mean scores with intervals by tag, then by candidate.

    Tags of fewer than five samples are left out. Description only: a slice decides
    through its own limit, by its own test.
    """
    scores: dict[tuple[str, str], list[float]] = defaultdict(list)
    answers = Answer.objects.filter(
        trial__run=run, trial__repeat=0, score__isnull=False
    ).exclude(trial__sample__tags=[])
    for key, tags, score in answers.values_list(
        "trial__candidate__key", "trial__sample__tags", "score"
    ):
        if score is not None:
            for tag in tags:
                scores[tag, key].append(score)
    found: dict[str, dict[str, Figure]] = defaultdict(dict)
    for (tag, key), values in sorted(scores.items()):
        if len(values) >= SMALLEST_SLICE:
            found[tag][key] = _figure(values)
    return dict(found)


def _figure(values: list[float]) -> Figure:
    n, total = len(values), sum(values)
    if all(value in (0.0, 1.0) for value in values):
        interval = intervals.wilson(total, n)
    else:
        interval = intervals.betting_interval(values)
    if interval is None:
        return Figure(total / n, n=n, origin="measured")
    low, high = min(interval.low, total / n), max(interval.high, total / n)
    return Figure(total / n, low, high, n, "measured")


def disturbed(run: Run) -> bool:
    """Tell whether other load was seen while times were measured."""
    return SpeedRecord.objects.filter(candidate__run=run, disturbed=True).exists()
