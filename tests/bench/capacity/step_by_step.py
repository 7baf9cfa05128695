"""An event simulation written apart from the product's: every step by itself.

Slower and plainer on purpose. It shares no code with the one it checks.
"""

import heapq

import numpy as np

from advisor.sizing.event_simulation import Traffic
from advisor.sizing.step_time import StepTime


def waits(
    traffic: Traffic,
    step: StepTime,
    slots: int,
    replicas: int,
    requests: int,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return seconds to the first and to the last token, without the first tenth."""
    rng = np.random.default_rng(seed)
    spread = traffic.variability**2
    gaps = rng.gamma(1 / spread, spread / traffic.rate, requests)
    arrived = np.cumsum(gaps).tolist()
    lengths = np.asarray(traffic.lengths)
    prompt, output = lengths[rng.integers(len(lengths), size=requests)].T.tolist()
    first, last = [0.0] * requests, [0.0] * requests
    queues: list[list[int]] = [[] for _ in range(replicas)]
    heads = [0] * replicas
    active: list[dict[int, int]] = [{} for _ in range(replicas)]
    working = [False] * replicas
    # (time, kind, replica): the end of a step comes before an arrival at its time.
    events = [(arrived[0], 1, 0)]
    started = 0

    def begin(machine: int, now: float) -> None:
        rows, queue = active[machine], queues[machine]
        reading = 0.0
        while heads[machine] < len(queue) and len(rows) < slots:
            request = queue[heads[machine]]
            heads[machine] += 1
            rows[request] = output[request]
            reading += prompt[request] * step.per_prompt_token
        working[machine] = bool(rows)
        if rows:
            ends = now + step.base + step.each * len(rows) + reading
            heapq.heappush(events, (ends, 0, machine))

    while events:
        now, kind, machine = heapq.heappop(events)
        if kind == 1:
            held = [
                len(a) + len(q) - h
                for a, q, h in zip(active, queues, heads, strict=True)
            ]
            target = held.index(min(held))
            queues[target].append(started)
            started += 1
            if started < requests:
                heapq.heappush(events, (arrived[started], 1, 0))
            if not working[target]:
                begin(target, now)
            continue
        rows = active[machine]
        for request in list(rows):
            if rows[request] == output[request]:
                first[request] = now
            rows[request] -= 1
            if not rows[request]:
                last[request] = now
                del rows[request]
        begin(machine, now)
    settled = requests // 10
    come = np.array(arrived)
    return (np.array(first) - come)[settled:], (np.array(last) - come)[settled:]
