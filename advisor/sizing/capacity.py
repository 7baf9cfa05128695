"""How many replicas meet the limits at the peak, and how long will answers take there?

The mean comes from a birth-death chain, the 95th percentiles from an event simulation
with the measured lengths. Nothing is planned above 0.8 of saturation: beyond it a
small error in the load is a large one in the wait.
"""

from dataclasses import dataclass, replace
from math import ceil, sqrt

import numpy as np
from scipy.special import stdtrit

from advisor.sizing.demand import MAX_LOAD
from advisor.sizing.errors import SizingError
from advisor.sizing.event_simulation import Traffic, Waits, simulate
from advisor.sizing.measurement import Figure
from advisor.sizing.queueing import Replica, steady
from advisor.sizing.step_time import StepTime

ROUNDS, REQUESTS = 4, 6_000  # simulations at a time, and how long each is
SEEDS, LENGTHS, PRECISION = 12, (1, 4, 16), 0.02
LONGER, LONG_ROUNDS = 10, 4  # where short simulations cannot tell
BATCH = 1_700  # requests in a row whose share above a limit counts as one observation
MOST_MORE = 24
STEP_ERROR = 0.1
CLEAR = 1 - 3e-5  # certainty at which no more simulations are asked for
LIKELY = 0.99  # certainty that still does when all of them are spent
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
    """Return one replica under the lengths of ``traffic``."""
    outputs = np.array([output for _, output in traffic.lengths], float)
    return Replica(
        step=step,
        slots=slots,
        prompt_tokens=traffic.prompt_tokens,
        output_tokens=traffic.output_tokens,
        spread=float(outputs.std() / outputs.mean()),
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

    Simulations grow from ``requests`` until the error of both percentiles is below
    ``PRECISION`` or sixteen times as long is not enough, which the ends then show.
    """
    replica = replica_of(step, slots, traffic)
    load = traffic.rate / (replicas * replica.saturation)
    # Ten percent longer steps must not saturate either, or no upper end exists.
    if load * (1 + STEP_ERROR) >= 1:
        return None
    chain = steady(replica, traffic.rate, replicas)
    run = _Run(traffic=traffic, slots=slots, replicas=replicas, requests=requests)
    usual = _precise(run, step, seed)
    faster, slower = (
        [_waits(run, step.scaled(factor), seed + k) for k in range(ROUNDS)]
        for factor in (1 - STEP_ERROR, 1 + STEP_ERROR)
    )
    sets = (usual, faster, slower)
    return Serving(
        replicas=replicas,
        load=load,
        mean=chain.seconds if traffic.variability == 1 and chain is not None else None,
        p95_ttft=_tail(*([one.first for one in waits] for waits in sets)),
        p95_latency=_tail(*([one.last for one in waits] for waits in sets)),
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

    @property
    def batch(self) -> int:
        """Return how many requests in a row count as one: two batches at least."""
        return min(BATCH, self.requests * 2 // 5)


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
    Short simulations settle most cases; the others are asked for again in long ones,
    as a short one ends before a queue has reached its usual length.
    """
    bounds = [limits.ttft, limits.latency]
    if bounds == [None, None]:
        return True
    longer = replace(run, requests=LONGER * run.requests)
    for effort, rounds in ((run, 1), (longer, LONG_ROUNDS)):
        over = np.empty((0, 2))
        for start in range(seed, seed + rounds * ROUNDS, ROUNDS):
            waits = [_waits(effort, step, start + k) for k in range(ROUNDS)]
            found = [_shares_over(one, bounds, effort.batch) for one in waits]
            over = np.concatenate([over, *found])
            if (over_at_most := _told(over, effort.batch, CLEAR)) is not None:
                return over_at_most
    return _told(over, longer.batch, LIKELY) or False


def _shares_over(waits: Waits, bounds: list[float | None], batch: int) -> np.ndarray:
    """Return the shares above each bound of every ``batch`` requests in a row."""
    batches = len(waits.first) // batch
    columns = [
        np.zeros(batches)
        if bound is None
        else [np.mean(part > bound) for part in np.array_split(taken, batches)]
        for taken, bound in zip((waits.first, waits.last), bounds, strict=True)
    ]
    return np.column_stack(columns)


def _told(over: np.ndarray, batch: int, certainty: float) -> bool | None:
    """Say whether all shares lie below 5 %, or one above it; None if it is not sure.

    Waits in a row are alike, so that the error is that of batches of ``batch``, with
    Student's factor for their number, never below that of independent requests.
    """
    count = len(over)
    spread = np.maximum(over.std(axis=0, ddof=1), sqrt((1 - TAIL) * TAIL / batch))
    room = (1 - TAIL - over.mean(axis=0)) / (spread / sqrt(count))
    sure = stdtrit(count - 1, certainty)
    if (room > sure).all():
        return True
    return False if (room < -sure).any() else None


def _precise(run: _Run, step: StepTime, seed: int) -> list[Waits]:
    """Return simulations long enough for the 95th percentiles, if any are."""
    for factor in LENGTHS:
        effort = replace(run, requests=factor * run.requests)
        found = [_waits(effort, step, seed + k) for k in range(SEEDS)]
        tails = np.array(
            [[np.quantile(w.first, TAIL), np.quantile(w.last, TAIL)] for w in found]
        )
        error = tails.std(axis=0, ddof=1) / sqrt(SEEDS) / tails.mean(axis=0)
        if (error < PRECISION).all():
            break
    return found


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
    sets = [np.concatenate(waits) for waits in (usual, faster, slower)]
    together = [float(np.quantile(waits, TAIL)) for waits in sets]
    seeds = [float(np.quantile(waits, TAIL)) for waits in usual]
    return Figure(
        together[0],
        min(*together, *seeds),
        max(*together, *seeds),
        n=sum(len(waits) for waits in usual),
        origin="estimated",
        note="event simulation; the ends span seeds and 10 % of the step time",
    )
