"""How many replicas meet the limits at the peak, and how long will answers take there?

The mean comes from a birth-death chain, the 95th percentiles from an event simulation
with the measured lengths. Nothing is planned above 0.8 of saturation: beyond it a
small error in the load is a large one in the wait.
"""

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np

from advisor.sizing.demand import MAX_LOAD
from advisor.sizing.errors import SizingError
from advisor.sizing.event_simulation import Traffic, simulate
from advisor.sizing.measurement import Figure
from advisor.sizing.queueing import Replica, steady
from advisor.sizing.step_time import StepTime

ROUNDS = 4
MOST_ROUNDS = 32
REQUESTS = 6_000
MOST_MORE = 24
STEP_ERROR = 0.1
CLEAR = 3.0  # standard errors between a percentile and a limit that it clearly meets
TAIL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most seconds that the 95th percentiles may take; None for no limit."""

    ttft: float | None = None
    latency: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What ``replicas`` are predicted to do, in seconds.

    The ends of the percentiles span the seeds and 10 % more or less step time.
    ``mean`` is None where the chain does not hold: for arrivals that are not Poisson.
    """

    replicas: int
    load: float
    mean: float | None
    p95_ttft: Figure
    p95_latency: Figure


def replica_of(step: StepTime, slots: int, traffic: Traffic) -> Replica:
    """Return one replica under the mean lengths of ``traffic``."""
    return Replica(
        step=step,
        slots=slots,
        prompt_tokens=traffic.prompt_tokens,
        output_tokens=traffic.output_tokens,
    )


def predict_serving(
    traffic: Traffic,
    step: StepTime,
    *,
    slots: int,
    replicas: int,
    seed: int,
    requests: int = REQUESTS,
) -> Serving | None:
    """Return what ``replicas`` do under ``traffic``; None at saturation or above.

    Twelve simulations of ``requests``: four seeds at three lengths of the step.
    """
    replica = replica_of(step, slots, traffic)
    load = traffic.rate / (replicas * replica.saturation)
    # Ten percent longer steps must not saturate either, or no upper end exists.
    if load * (1 + STEP_ERROR) >= 1:
        return None
    chain = steady(replica, traffic.rate, replicas)
    run = _Run(traffic=traffic, slots=slots, replicas=replicas, requests=requests)
    poisson = traffic.variability == 1 and chain is not None

    def percentiles(factor: float) -> list[tuple[float, float]]:
        return [_percentiles(run, step.scaled(factor), seed + k) for k in range(ROUNDS)]

    usual = percentiles(1.0)
    faster, slower = percentiles(1 - STEP_ERROR), percentiles(1 + STEP_ERROR)
    ends = [
        _figure(
            [r[i] for r in usual],
            [r[i] for r in (*usual, *faster)],
            [r[i] for r in (*usual, *slower)],
            n=ROUNDS * requests,
        )
        for i in (0, 1)
    ]
    return Serving(
        replicas=replicas,
        load=load,
        mean=chain.seconds if poisson and chain is not None else None,
        p95_ttft=ends[0],
        p95_latency=ends[1],
    )


def smallest_replicas(
    traffic: Traffic,
    step: StepTime,
    limits: Limits,
    *,
    slots: int,
    seed: int,
    max_load: float = MAX_LOAD,
    requests: int = REQUESTS,
) -> int | None:
    """Return the fewest replicas that meet ``limits`` loaded to ``max_load`` at most.

    None where not even an idle replica meets them, or 24 more than the load asks for
    do not. A percentile so close to its limit that the simulation cannot tell counts
    as not met: rather one replica too many than one too few.
    """
    if not 0 < max_load < 1:
        raise SizingError(f"The highest load must lie in (0, 1), got {max_load}.")
    if not _idle_meets(traffic, step, limits):
        return None
    saturation = replica_of(step, slots, traffic).saturation
    fewest = max(1, ceil(traffic.rate / (saturation * max_load) * (1 - 1e-12)))
    for replicas in range(fewest, fewest + MOST_MORE):
        run = _Run(traffic=traffic, slots=slots, replicas=replicas, requests=requests)
        if _meets(run, step, limits, seed):
            return replicas
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One simulation: what arrives, where, and how much of it."""

    traffic: Traffic
    slots: int
    replicas: int
    requests: int


def _idle_meets(traffic: Traffic, step: StepTime, limits: Limits) -> bool:
    """Say whether a replica that serves one request alone meets the limits."""
    alone = step.at(1)
    pairs = np.asarray(traffic.lengths, float)
    first = alone + pairs[:, 0] * step.per_prompt_token
    last = first + (pairs[:, 1] - 1) * alone
    pairs_of = ((first, limits.ttft), (last, limits.latency))
    return all(
        limit is None or float(np.quantile(waits, TAIL)) <= limit
        for waits, limit in pairs_of
    )


def _meets(run: _Run, step: StepTime, limits: Limits, seed: int) -> bool:
    """Say whether both percentiles are clearly within their limits."""
    bounds = [limits.ttft, limits.latency]
    if bounds == [None, None]:
        return True
    found: list[tuple[float, float]] = []
    while len(found) < MOST_ROUNDS:
        found += [_percentiles(run, step, seed + len(found) + k) for k in range(ROUNDS)]
        sides = [
            _side([one[i] for one in found], limit)
            for i, limit in enumerate(bounds)
            if limit is not None
        ]
        if all(side > CLEAR for side in sides):
            return True
        if any(side < -CLEAR for side in sides):
            return False
    return False


def _side(values: list[float], limit: float) -> float:
    """Return the room below ``limit`` in standard errors of the mean of ``values``."""
    error = float(np.std(values, ddof=1)) / sqrt(len(values))
    return (limit - float(np.mean(values))) / max(error, 1e-12)


def _percentiles(run: _Run, step: StepTime, seed: int) -> tuple[float, float]:
    waits = simulate(
        run.traffic,
        step,
        slots=run.slots,
        replicas=run.replicas,
        requests=run.requests,
        seed=seed,
    )
    first, last = (float(np.quantile(w, TAIL)) for w in (waits.first, waits.last))
    return first, last


def _figure(usual: list[float], low: list[float], high: list[float], n: int) -> Figure:
    value = float(np.mean(usual))
    return Figure(
        value,
        min(low),
        max(high),
        n,
        origin="estimated",
        note="event simulation; the ends span seeds and 10 % of the step time",
    )
