"""When does each request get its first and last token, on replicas that share steps?

An event simulation with one event per change, not per step: between two changes all
steps are alike and are taken together.
"""

from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush
from math import ceil

import numpy as np

from advisor.sizing.errors import SizingError
from advisor.sizing.step_time import StepTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What arrives: requests a second, how bursty, and tokens as they were measured.

    ``variability`` is the standard deviation of the gaps by their mean: 1 for
    independent users (Poisson), 0 for a clock, above 1 for bursts. ``lengths`` are
    pairs of prompt and output tokens, drawn with equal chance.
    """

    rate: float
    lengths: tuple[tuple[int, int], ...]
    variability: float = 1.0

    def __post_init__(self) -> None:
        if self.rate <= 0 or self.variability < 0 or not self.lengths:
            raise SizingError(
                "Traffic needs a rate above 0, a variability of 0 or more and lengths, "
                f"got {self.rate}, {self.variability} and {len(self.lengths)} lengths."
            )
        if min(output for _, output in self.lengths) < 1:
            raise SizingError(
                "Each request writes at least one token, got an output of "
                f"{min(output for _, output in self.lengths)}. Leave empty ones out."
            )

    @property
    def prompt_tokens(self) -> float:
        """Return the mean tokens of a prompt."""
        return sum(prompt for prompt, _ in self.lengths) / len(self.lengths)

    @property
    def output_tokens(self) -> float:
        """Return the mean tokens of an answer."""
        return sum(output for _, output in self.lengths) / len(self.lengths)


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds to the first token and to the last, one entry a request."""

    first: np.ndarray
    last: np.ndarray


class _Replica:
    """One replica: its clock stands at the end of the step under way."""

    def __init__(self, step: StepTime, slots: int) -> None:
        self._step = step
        self._slots = slots
        self._clock = 0.0
        self._steps = 0
        self._active: list[tuple[int, int]] = []
        self._queue: deque[tuple[int, int, int]] = deque()

    @property
    def held(self) -> int:
        return len(self._active) + len(self._queue)

    def join(self, now: float, request: int, prompt: int, output: int) -> None:
        if not self.held:
            self._clock = max(self._clock, now)
        self._queue.append((request, prompt, output))

    def advance(self, until: float, first: np.ndarray, last: np.ndarray) -> None:
        """Take every step that starts before ``until``.

        Who ends with the step under way is held until it ends: nobody who sends a
        request knows that it soon will.
        """
        while self._clock <= until:
            while self._active and self._active[0][0] == self._steps:
                last[heappop(self._active)[1]] = self._clock
            if self._clock == until or not self.held:
                return
            reading = self._admit()
            duration = self._step.at(len(self._active))
            if reading:
                self._clock += duration + self._read(reading)
                self._steps += 1
                for request, _, _ in reading:
                    first[request] = self._clock
            else:
                self._clock += duration * self._jump(until, duration)

    def _admit(self) -> list[tuple[int, int, int]]:
        admitted = []
        while self._queue and len(self._active) < self._slots:
            request = self._queue.popleft()
            heappush(self._active, (self._steps + request[2], request[0]))
            admitted.append(request)
        return admitted

    def _read(self, admitted: list[tuple[int, int, int]]) -> float:
        tokens = sum(prompt for _, prompt, _ in admitted)
        return tokens * self._step.per_prompt_token

    def _jump(self, until: float, duration: float) -> int:
        """Return how many steps can be taken at once before anything changes."""
        steps = self._active[0][0] - self._steps
        room = (until - self._clock) / duration
        if not self._queue and room < steps:
            steps = ceil(room)
        self._steps += steps
        return steps


def simulate(
    traffic: Traffic,
    step: StepTime,
    *,
    slots: int,
    replicas: int = 1,
    requests: int = 18_000,
    seed: int,
) -> Waits:
    """Return the waits of ``requests``, less the first tenth and the last twentieth.

    The first ones find an empty queue and nobody joins the last ones. Each request
    goes to the replica that holds the fewest. The same seed gives the same arrivals
    and lengths, whatever the replicas.
    """
    if slots < 1 or replicas < 1 or requests < 10:
        raise SizingError(
            "A simulation needs a slot, a replica and ten requests, got "
            f"{slots}, {replicas} and {requests}."
        )
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(_gaps(traffic, requests, rng))
    pairs = np.asarray(traffic.lengths)[
        rng.integers(len(traffic.lengths), size=requests)
    ]
    first, last = np.empty(requests), np.empty(requests)
    pool = [_Replica(step, slots) for _ in range(replicas)]
    for request, (now, (prompt, output)) in enumerate(
        zip(arrivals.tolist(), pairs.tolist(), strict=True)
    ):
        for replica in pool:
            replica.advance(now, first, last)
        min(pool, key=lambda one: one.held).join(now, request, prompt, output)
    for replica in pool:
        replica.advance(float("inf"), first, last)
    kept = slice(requests // 10, requests - requests // 20)
    return Waits((first - arrivals)[kept], (last - arrivals)[kept])


def _gaps(traffic: Traffic, requests: int, rng: np.random.Generator) -> np.ndarray:
    mean = 1 / traffic.rate
    if traffic.variability == 0:
        return np.full(requests, mean)
    shape = traffic.variability**-2
    return rng.gamma(shape, mean / shape, size=requests)
