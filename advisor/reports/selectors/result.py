"""What does a page or paper of a run read? Its result and what lies behind it."""

import json
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Avg

from advisor.accounts.models import Team
from advisor.projects.models import Project
from advisor.runs.models import Candidate, Run, SpeedRecord
from advisor.runs.selectors import candidates_of, run_by_number
from advisor.runs.selectors.progress import FINAL
from advisor.runs.selectors.summary import Summary
from advisor.runs.services.summarising import summary_of
from advisor.sizing import constraints
from advisor.sizing.constraints import Constraint


@dataclass(frozen=True)
class Result:
    """A finished run: the stored document, and the rows that pictures need.

    Figures come from ``document`` alone, so that every page and paper agrees with it.
    """

    run: Run
    document: Mapping[str, Any]

    @property
    def version(self) -> Hashable | None:
        """Return what names all that an ended run says; None while it goes on.

        A run that ended goes on only as a new generation.
        """
        run = self.run
        if run.state not in FINAL:
            return None
        return run.pk, run.created_at, run.generation, run.recommendation.sha256

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
    def rows_of_manifest(self) -> dict[str, Mapping[str, Any]]:
        """Return spec and engine of everyone as they were frozen, by key."""
        return {one["id"]: one for one in self.run.manifest["candidates"]}

    @cached_property
    def summary(self) -> Summary:
        """Return what was read once from every answer of the run."""
        return summary_of(self.run)

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


def disturbed(run: Run) -> bool:
    """Tell whether other load was seen while times were measured."""
    return SpeedRecord.objects.filter(candidate__run=run, disturbed=True).exists()
