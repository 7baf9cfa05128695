"""How long does an answer take on average when requests share a replica?

A birth-death chain on the number of requests in the system. A replica works on up to
``slots`` of them at once and the time of a step grows with how many those are, which
a queue with a fixed service time does not know: it is off by 15 to 134 %. The chain
shares the processor, so that only mean lengths matter (F. P. Kelly, Reversibility and
Stochastic Networks, 1979, chapter 3) until all slots are taken. The wait for a slot
depends on their spread as well, as in other queues with many servers.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

from advisor.sizing.errors import SizingError
from advisor.sizing.step_time import StepTime

MOST_WAITING = 20_000
NEGLIGIBLE = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """What one replica does: its step, its slots, and mean tokens of a request.

    ``spread`` is the standard deviation of the output tokens by their mean.
    """

    step: StepTime
    slots: int
    prompt_tokens: float
    output_tokens: float
    spread: float = 1.0

    def __post_init__(self) -> None:
        if self.slots < 1 or self.output_tokens < 1 or self.prompt_tokens < 0:
            raise SizingError(
                "A replica needs a slot and requests that write a token, got "
                f"{self.slots} slots, {self.prompt_tokens} + {self.output_tokens} "
                "tokens."
            )

    def rate(self, requests: float) -> float:
        """Return the requests completed a second with ``requests`` in the system."""
        busy = min(requests, self.slots)
        writing = self.output_tokens * self.step.at(busy)
        return busy / (writing + busy * self.reading)

    @property
    def reading(self) -> float:
        """Return the seconds that reading one mean prompt takes."""
        return self.step.per_prompt_token * self.prompt_tokens

    @property
    def saturation(self) -> float:
        """Return the requests a second beyond which waiting grows without end."""
        return self.rate(self.slots)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """The long-run means: seconds from arrival to the last token, and the load."""

    seconds: float
    in_system: float
    load: float


def steady(replica: Replica, arrivals: float, replicas: int = 1) -> Steady | None:
    """Return the means at ``arrivals`` a second (Poisson); None at saturation or above.

    Requests go to the replica with the fewest, so that all hold nearly equal shares.
    """
    if arrivals <= 0 or replicas < 1:
        raise SizingError(
            f"A queue needs arrivals and a replica, got {arrivals} a second and "
            f"{replicas}. Give both above 0."
        )
    load = arrivals / (replicas * replica.saturation)
    if load >= 1:
        return None
    weights = _weights(replica, arrivals, replicas, load)
    total = sum(weights)
    in_system = sum(n * weight for n, weight in enumerate(weights)) / total
    wait = _boundary_wait(replica, weights, total, replicas)
    room = replicas * replica.slots
    queued = sum(n * weight for n, weight in enumerate(weights[room:])) / total
    wait += (spread_factor(replica.spread, room, load) - 1) * queued / arrivals
    return Steady(seconds=in_system / arrivals + wait, in_system=in_system, load=load)


def spread_factor(spread: float, servers: int, load: float) -> float:
    """Return the wait in a queue by that of exponential services.

    Two moments (T. Kimura, Management Science 32(6), 1986) between the exponential and
    the constant service, whose wait is G. P. Cosmetatos's (Naval Research Logistics
    23, 1976). 1 at a ``spread`` of 1; (1 + spread^2) / 2, exactly, for one server.
    """
    busy = (servers - 1) * (sqrt(4 + 5 * servers) - 2) / (16 * load * servers)
    # At small loads the approximation would pass the exponential wait.
    constant = min(1.0, (1 + (1 - load) * busy) / 2)
    square = spread**2
    return (1 + square) / (2 * square + (1 - square) / constant)


def _weights(
    replica: Replica, arrivals: float, replicas: int, load: float
) -> list[float]:
    """Return the unnormalised chance of each number in the system."""
    logs, top = [0.0], 0.0
    n = 0
    while n < MOST_WAITING:
        n += 1
        small, more = divmod(n, replicas)
        completed = more * replica.rate(small + 1)
        if small:
            completed += (replicas - more) * replica.rate(small)
        logs.append(logs[-1] + log(arrivals / completed))
        top = max(top, logs[-1])
        # Beyond all slots the chance falls by the load at each further request.
        rest = logs[-1] - top - log(1 - load)
        if n >= replicas * replica.slots and rest < log(NEGLIGIBLE):
            break
    return [exp(value - top) for value in logs]


def _boundary_wait(
    replica: Replica, weights: list[float], total: float, replicas: int
) -> float:
    """Return the mean wait for the step under way: half a step where one is."""
    wait = 0.0
    for n, weight in enumerate(weights):
        share = min(n / replicas, replica.slots)
        # A request finds its replica, the one with the fewest, busy from here on.
        if n >= replicas:
            joined = share / replica.output_tokens * replica.reading
            wait += weight * (replica.step.at(share) + joined) / 2
    return wait / total
