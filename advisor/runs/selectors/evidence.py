"""What is known of each candidate of a run? Rows become the values that decide."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from advisor.projects.schema.known import THIS_MACHINE
from advisor.runs.models import Candidate, Run, SpeedRecord
from advisor.runs.selectors.declared import leaves_network, planned_of
from advisor.runs.selectors.scores import (
    Column,
    Tried,
    columns_of,
    needed_of,
)
from advisor.runs.selectors.spending import carried, costs_of
from advisor.sizing.constraints import Constraint, parse
from advisor.sizing.demand import Demand
from advisor.sizing.measurement import Case, Evidence, Figure
from advisor.sizing.ratios import Ratio, ratio_of_means

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

    A candidate without a column was asked nothing. What a race asked ahead of a
    decision stays out, so that the case does not depend on how fast answers came.
    """
    needed = needed_of(rows)
    manifest = run.manifest
    reference = any(one.role == Candidate.Role.REFERENCE for one in rows)
    constraints = parse(manifest["constraints"], has_reference=reference)
    groups, tags = _samples(run)
    demand = demand_of(constraints)
    accept_at = float(manifest["accept_at"])
    return Case(
        evidence=tuple(
            _evidence(
                one,
                columns.get(one.pk, Column()).first(needed[one.pk]),
                demand,
                groups,
                accept_at,
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


def _samples(
    run: Run,
) -> tuple[tuple[str | None, ...] | None, tuple[frozenset[str], ...] | None]:
    """Return group and tags of each sample in permutation order; None for neither."""
    first = run.candidates.order_by("pk").first()
    rows = list(
        run.trials.filter(candidate=first, repeat=0)
        .order_by("position")
        .values_list("sample__group", "sample__tags")
    )
    groups = tuple(group or None for group, _ in rows)
    tags = tuple(frozenset(tags) for _, tags in rows)
    return groups if any(groups) else None, tags if any(tags) else None


def _evidence(
    one: Candidate,
    column: Column,
    demand: Demand,
    groups: tuple[str | None, ...] | None,
    accept_at: float,
) -> Evidence:
    spec: dict[str, Any] = one.spec
    latency, ttft, bursts = _latencies(one, column)
    scores = column.scores()
    capacity = _capacity(one)
    return Evidence(
        id=one.key,
        role="reference" if one.role == Candidate.Role.REFERENCE else "candidate",
        position=one.position,
        scores=scores,
        not_run=not scores and one.state != Candidate.State.UNFIT,
        latency_ms=latency,
        ttft_ms=ttft,
        bursts=bursts,
        tokens_per_second=_tokens_per_second(one, column),
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


def _latencies(
    one: Candidate, column: Column
) -> tuple[tuple[float, ...] | None, tuple[float, ...] | None, tuple[int, ...] | None]:
    """Return end-to-end and first-token times in ms, and bursts under load.

    From the speed phase; a recorded file has what was recorded. Infinite for a
    failure, None where nothing was timed.
    """
    if one.engine == "recorded":
        tried = [one for repeats in column.samples() for one in repeats]
        return _recorded([t for t in tried if t.latency_ms is not None or t.failed])
    if _runs_elsewhere(one):
        return None, None, None
    phase = SpeedRecord.Phase.LOAD
    records = list(one.speed.filter(phase=phase).order_by("index"))
    if not records:
        phase = SpeedRecord.Phase.SINGLE
        records = list(one.speed.filter(phase=phase).order_by("index"))
    if not records:
        return None, None, None
    total = tuple(_time(r.total_ms, bool(r.failure_code)) for r in records)
    firsts = [
        _time(r.ttft_ms, bool(r.failure_code))
        for r in records
        if r.ttft_ms is not None or r.failure_code
    ]
    bursts = None
    if phase == SpeedRecord.Phase.LOAD:
        bursts = tuple(r.burst or 0 for r in records)
    whole = len(firsts) == len(records)
    return total, tuple(firsts) if whole else None, bursts


def _recorded(
    timed: list[Tried],
) -> tuple[tuple[float, ...] | None, tuple[float, ...] | None, None]:
    if not any(one.latency_ms is not None for one in timed):
        return None, None, None
    total = tuple(_time(one.latency_ms, one.failed) for one in timed)
    answered = [one for one in timed if not one.failed]
    if any(one.ttft_ms is None for one in answered):
        return total, None, None
    return total, tuple(_time(one.ttft_ms, one.failed) for one in timed), None


def _time(milliseconds: float | None, failed: bool) -> float:
    return inf if failed or milliseconds is None else milliseconds


def _single(one: Candidate) -> list[SpeedRecord]:
    return list(
        one.speed.filter(
            phase=SpeedRecord.Phase.SINGLE, failure_code="", total_ms__gt=0
        ).order_by("index")
    )


def _runs_elsewhere(one: Candidate) -> bool:
    """Say whether the candidate is meant for other hardware than measured it.

    What was timed here says nothing about another machine.
    """
    hardware = one.spec.get("hardware") or THIS_MACHINE
    return one.engine == "transformers" and hardware != THIS_MACHINE


def _capacity(one: Candidate) -> Figure | None:
    """Return the requests per second at which one replica saturates.

    One request at a time: the requests by the time they took. A server that works on
    many at once serves more, so for it this is not known.
    """
    records = _single(one)
    known = one.engine in ("transformers", "fake") and not _runs_elsewhere(one)
    if not records or not known:
        return None
    seconds = [(r.total_ms or 0.0) / 1000 for r in records]
    note = "one request at a time"
    return _figure(ratio_of_means([1.0] * len(seconds), seconds), note)


def _tokens_per_second(one: Candidate, column: Column) -> Figure | None:
    """Return output tokens per second of one request at a time."""
    if _runs_elsewhere(one):
        return None
    if one.engine == "recorded":
        tried = [t for repeats in column.samples() for t in repeats if not t.failed]
        pairs = [(t.completion_tokens, t.latency_ms) for t in tried]
    else:
        pairs = [(r.completion_tokens, r.total_ms) for r in _single(one)]
    timed = [(float(n), ms / 1000) for n, ms in pairs if n is not None and ms]
    if not timed:
        return None
    tokens, seconds = zip(*timed, strict=True)
    return _figure(ratio_of_means(tokens, seconds), "output tokens by whole time")


def _figure(ratio: Ratio | None, note: str) -> Figure | None:
    if ratio is None:
        return None
    low = None if ratio.low is None else max(0.0, ratio.low)
    return Figure(ratio.value, low, ratio.high, ratio.n, "measured", note)


def _memory(one: Candidate) -> Figure | None:
    """Return the measured peak of the model's process in GB of 10**9 bytes."""
    peak = (one.facts or {}).get("peak_memory_bytes")
    if not peak:
        return None
    return Figure(peak / GIGABYTE, n=1, origin="measured", note="peak of the process")
