"""When is each request of a load test sent? Scheduled beforehand, whatever happens.

Open loop: a slow answer delays no later request, and a time counts from the scheduled
send, so waiting is never left out of it. Requests come in bursts that are independent
of each other: between two of them the system comes to rest.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random

from advisor.engines.base import Answer, Engine, Prompt
from advisor.engines.punctuality import LEAD_S, OpenLoop
from advisor.engines.timing import clock

BURSTS = 80  # 72 are the fewest that bound a 95th percentile
FEWEST_A_BURST = 2
SENDERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One scheduled request: its burst and its seconds after the burst's start."""

    burst: int
    after_s: float


@dataclass(frozen=True, slots=True)
class Timed:
    """One answer, and the milliseconds after its scheduled send that it leaves out."""

    arrival: Arrival
    prompt: Prompt
    answer: Answer
    waited_ms: float


Measure = Callable[[Prompt], Answer]


def schedule(rate: float, *, seconds: float, seed: int) -> list[list[Arrival]]:
    """Return bursts of Poisson arrivals at ``rate`` requests a second.

    As many requests a burst as fit into ``seconds`` over all bursts, at least 2.
    """
    chance = Random(seed)  # noqa: S311 - a schedule, no secret
    size = max(FEWEST_A_BURST, round(rate * seconds / BURSTS))
    bursts = []
    for burst in range(BURSTS):
        at = 0.0
        arrivals = []
        for _ in range(size):
            arrivals.append(Arrival(burst=burst, after_s=at))
            at += chance.expovariate(rate)
        bursts.append(arrivals)
    return bursts


def send_all(
    burst: Sequence[Arrival],
    prompts: Sequence[Prompt],
    engine: Engine,
    *,
    one_by_one: bool,
) -> list[Timed]:
    """Send a burst: one after the other, or each at its time."""
    if one_by_one:
        return in_line(burst, prompts, engine.measure)
    if isinstance(engine, OpenLoop):
        return on_time(burst, prompts, engine)
    return at_once(burst, prompts, engine.measure)


def in_line(
    burst: Sequence[Arrival], prompts: Sequence[Prompt], measure: Measure
) -> list[Timed]:
    """Send a burst to a server that works on one request at a time, first come first.

    A request that finds the server busy waits in line, and its wait counts.
    """
    start = time.perf_counter()
    timed = []
    for arrival, prompt in zip(burst, prompts, strict=True):
        due = start + arrival.after_s
        time.sleep(max(0.0, due - time.perf_counter()))
        waited = time.perf_counter() - due
        timed.append(Timed(arrival, prompt, measure(prompt), waited * 1000))
    return timed


def at_once(
    burst: Sequence[Arrival], prompts: Sequence[Prompt], measure: Measure
) -> list[Timed]:
    """Send a burst to a server that works on many requests, each at its time."""
    start = time.perf_counter()

    def send(arrival: Arrival, prompt: Prompt) -> Timed:
        due = start + arrival.after_s
        time.sleep(max(0.0, due - time.perf_counter()))
        waited = time.perf_counter() - due
        return Timed(arrival, prompt, measure(prompt), waited * 1000)

    with ThreadPoolExecutor(min(SENDERS, len(burst))) as pool:
        return list(pool.map(send, burst, prompts))


def on_time(
    burst: Sequence[Arrival], prompts: Sequence[Prompt], engine: OpenLoop
) -> list[Timed]:
    """Send a burst by an engine that keeps times; its own times count from the due.

    Connections are open before: a service at its peak keeps its own open as well.
    """
    engine.connect(min(SENDERS, len(burst)))
    start = clock() + LEAD_S
    answers = engine.measure_at(prompts, [start + one.after_s for one in burst])
    return [
        Timed(arrival, prompt, answer, 0.0)
        for arrival, prompt, answer in zip(burst, prompts, answers, strict=True)
    ]
