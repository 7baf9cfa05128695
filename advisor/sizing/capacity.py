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
from advisor.sizing.event_simulation import Traffic, Waits, simulate
from advisor.sizing.measurement import Figure
from advisor.sizing.queueing import Replica, steady
from advisor.sizing.step_time import StepTime

ROUNDS = 4
MOST_ROUNDS = 64
REQUESTS = 6_000
MOST_MORE = 24
STEP_ERROR = 0.1
CLEAR = 4.0  # standard errors that make a limit clearly met or clearly not
LIKELY = 3.0  # standard errors that still do when no more simulations are spent
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
    usual, faster, slower = (
        [_waits(run, step.scaled(factor), seed + k) for k in range(ROUNDS)]
        for factor in (1.0, 1 - STEP_ERROR, 1 + STEP_ERROR)
    )
    poisson = traffic.variability == 1 and chain is not None
    return Serving(
        replicas=replicas,
        load=load,
        mean=chain.seconds if poisson and chain is not None else None,
        p95_ttft=_tail(
            *([w.first for w in waits] for waits in (usual, faster, slower))
        ),
        p95_latency=_tail(
            *([w.last for w in waits] for waits in (usual, faster, slower))
        ),
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
    do not. A limit so close that the simulation cannot tell counts as not
    met: rather one replica too many than one too few.
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
    """Say whether clearly at most 5 % of requests exceed each limit.

    The share is asked for, not the percentile: where a few requests queue and most do
    not, the percentile jumps between the two and no average of it means anything.
    """
    bounds = [limits.ttft, limits.latency]
    if bounds == [None, None]:
        return True
    over: list[tuple[float, float]] = []
    while len(over) < MOST_ROUNDS:
        for _ in range(ROUNDS):
            waits = _waits(run, step, seed + len(over))
            over.append(
                (
                    _share_over(waits.first, bounds[0]),
                    _share_over(waits.last, bounds[1]),
                )
            )
        rooms = [_room([shares[i] for shares in over], run.requests) for i in (0, 1)]
        if all(room > CLEAR for room in rooms):
            return True
        if any(room < -CLEAR for room in rooms):
            return False
    return all(room > LIKELY for room in rooms)


def _share_over(waits: np.ndarray, limit: float | None) -> float:
    return 0.0 if limit is None else float(np.mean(waits > limit))


def _room(shares: list[float], requests: int) -> float:
    """Return the room below 5 % in standard errors of the mean of ``shares``.

    Never a smaller error than independent requests would have: four simulations may
    agree by chance.
    """
    mean, spread = float(np.mean(shares)), float(np.std(shares, ddof=1))
    least = sqrt((1 - TAIL) * TAIL / requests)
    return (1 - TAIL - mean) / (max(spread, least) / sqrt(len(shares)))


def _waits(run: _Run, step: StepTime, seed: int) -> Waits:
    return simulate(
        run.traffic,
        step,
        slots=run.slots,
        replicas=run.replicas,
        requests=run.requests,
        seed=seed,
    )


def _tail(
    usual: list[np.ndarray], faster: list[np.ndarray], slower: list[np.ndarray]
) -> Figure:
    """Return the 95th percentile of all seeds together, with its ends."""
    together = [
        float(np.quantile(np.concatenate(waits), TAIL))
        for waits in (usual, faster, slower)
    ]
    seeds = [float(np.quantile(waits, TAIL)) for waits in usual]
    return Figure(
        together[0],
        min(*together, *seeds),
        max(*together, *seeds),
        n=sum(len(waits) for waits in usual),
        origin="estimated",
        note="event simulation; the ends span seeds and 10 % of the step time",
    )
