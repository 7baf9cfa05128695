"""What is known of each candidate of a run? Rows become the values that decide."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from advisor.runs.models import Candidate, Run, SpeedRecord, Trial
from advisor.runs.selectors.declared import leaves_network, planned_of
from advisor.runs.selectors.scores import (
    Column,
    columns_of,
    needed_of,
)
from advisor.runs.selectors.spending import carried, costs_of
from advisor.runs.selectors.timings import (
    capacity_of,
    latencies_of,
    tokens_per_second_of,
    was_disturbed,
)
from advisor.sizing.constraints import Constraint, parse
from advisor.sizing.demand import Demand
from advisor.sizing.measurement import Case, Evidence, Figure

GIGABYTE = 1e9


def case_of(run: Run) -> Case:
    """Return everything that a run's recommendation is made from.

    Read from rows alone, so that the same rows give the same case for ever.
    """
    rows = list(run.candidates.select_related("endpoint").defer("recorded"))
    return case_from(run, rows, columns_of(run))


def case_from(
    run: Run, rows: Sequence[Candidate], columns: Mapping[int, Column]
) -> Case:
    """Return the case of some trials of a run: those in ``columns``, by candidate.

    Without a column, nothing was asked. What a race asked ahead of a decision stays
    out, so that the case does not depend on how fast answers came.
    """
    needed, manifest = needed_of(rows), run.manifest
    referred = any(one.role == Candidate.Role.REFERENCE for one in rows)
    constraints = parse(manifest["constraints"], has_reference=referred)
    groups, tags = _samples(run.pk, run.manifest_sha256)
    demand = demand_of(constraints)
    accept_at, timed = float(manifest["accept_at"]), _timed(run)
    return Case(
        evidence=tuple(
            _evidence(
                one,
                columns.get(one.pk, Column()).first(needed[one.pk]),
                demand,
                groups,
                accept_at,
                timed=one.engine == "recorded" or one.pk in timed,
            )
            for one in sorted(rows, key=lambda c: (c.role, c.position, c.key))
        ),
        constraints=constraints,
        samples=int(manifest["samples"]["count"]),
        objective=manifest["objective"],
        confidence=float(manifest["confidence"]),
        promise=manifest["promise"],
        stop=manifest["stop"],
        seed=run.seed,
        monthly_requests=demand.monthly_requests,
        peak_requests_per_second=demand.peak_requests_per_second,
        accept_at=accept_at,
        groups=groups,
        tags=tags,
        look=run.look,
    )


def _timed(run: Run) -> set[int]:
    """Return the candidates that have a speed phase behind them."""
    records = SpeedRecord.objects.filter(candidate__run=run).order_by()
    return set(records.values_list("candidate_id", flat=True).distinct())


def demand_of(constraints: tuple[Constraint, ...]) -> Demand:
    """Return the load that a project states among its constraints."""
    stated = {one.name: one for one in constraints}
    month, peak = (
        stated.get("monthly_requests"),
        stated.get("peak_requests_per_second"),
    )
    return Demand(
        monthly_requests=month.number if month else None,
        peak_requests_per_second=peak.number if peak else None,
    )


@lru_cache(maxsize=8)
def _samples(
    run_id: int, manifest_sha256: str
) -> tuple[tuple[str | None, ...] | None, tuple[frozenset[str], ...] | None]:
    """Return group and tags of each sample in permutation order; None for neither.

    Frozen with the manifest, whose hash tells runs apart that had one number.
    """
    first = Candidate.objects.filter(run=run_id).order_by("pk").first()
    rows = list(
        Trial.objects.filter(run=run_id, candidate=first, repeat=0)
        .order_by("position")
        .values_list("sample__group", Cast("sample__tags", TextField()))
    )
    groups = tuple(group or None for group, _ in rows)
    # Thousands of samples have few sets of tags: each is read once.
    sets = {told: frozenset(json.loads(told)) for told in {told for _, told in rows}}
    tags = tuple(sets[told] for _, told in rows)
    return groups if any(groups) else None, tags if any(tags) else None


def _evidence(
    one: Candidate,
    column: Column,
    demand: Demand,
    groups: tuple[str | None, ...] | None,
    accept_at: float,
    *,
    timed: bool,
) -> Evidence:
    spec: dict[str, Any] = one.spec
    latency, ttft, bursts = latencies_of(one, column) if timed else (None, None, None)
    disturbed = latency is not None and was_disturbed(one)
    scores = column.scores()
    capacity = capacity_of(one) if timed else None
    return Evidence(
        id=one.key,
        role="reference" if one.role == Candidate.Role.REFERENCE else "candidate",
        position=one.position,
        scores=scores,
        not_run=not scores and one.state != Candidate.State.UNFIT,
        latency_ms=latency,
        ttft_ms=ttft,
        bursts=bursts,
        disturbed=disturbed,
        tokens_per_second=tokens_per_second_of(one, column) if timed else None,
        memory_gb=_memory(one),
        capacity_rps=carried(one, capacity, demand),
        costs=costs_of(one, column, demand, capacity, groups, accept_at),
        planned=planned_of(one),
        parameters=(one.facts or {}).get("parameters") or spec.get("parameters"),
        hosting=spec.get("hosting"),
        licence=spec.get("licence"),
        languages=frozenset(spec["languages"]) if spec.get("languages") else None,
        context_tokens=spec.get("context_tokens"),
        hardware=spec.get("hardware"),
        leaves_network=leaves_network(one),
        unverified=frozenset(spec.get("unverified") or ()),
        unfit=one.reason if one.state == Candidate.State.UNFIT else None,
    )


def _memory(one: Candidate) -> Figure | None:
    """Return the measured peak of the model's process in GB of 10**9 bytes."""
    peak = (one.facts or {}).get("peak_memory_bytes")
    if not peak:
        return None
    return Figure(peak / GIGABYTE, n=1, origin="measured", note="peak of the process")
