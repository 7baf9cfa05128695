"""What is the smallest hardware for a model at a rate?

Each machine is asked how many sequences its memory holds, how fast it steps over
them, and so how many of it the rate takes. Speeds of machines that were not measured
follow from bandwidth and arithmetic: they are estimates with wide ends.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from advisor.sizing.demand import HOURS_PER_MONTH, MAX_LOAD
from advisor.sizing.errors import SizingError
from advisor.sizing.hardware_cost import replicas_needed
from advisor.sizing.measurement import Figure
from advisor.sizing.memory_fit import most_sequences
from advisor.sizing.queueing import Replica
from advisor.sizing.step_time import StepTime

# Share of the nominal bandwidth and arithmetic that decoding and reading reach.
BANDWIDTH_SHARE = (0.6, 0.5, 0.7)
COMPUTE_SHARE = (0.4, 0.25, 0.6)
OVERHEAD_S = 0.002  # a step takes at least this beside its work
MOST_SLOTS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A hardware profile; None where a fact is not known."""

    id: str
    memory_gb: float
    bandwidth_gbs: float | None = None
    tflops: float | None = None
    price_per_hour: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What has to run: its rate, its mean tokens, and what a step moves and computes.

    ``weight_bytes`` and ``active_parameters`` are those that one token visits,
    ``cache_bytes`` what one sequence keeps at half its length. ``expert_bytes`` are all
    weights that lie in experts, of which a token visits the share ``chosen``.
    """

    requests_per_second: float
    prompt_tokens: float
    output_tokens: float
    weight_bytes: float
    active_parameters: float
    cache_bytes: float
    expert_bytes: float = 0.0
    chosen: float = 1.0

    def __post_init__(self) -> None:
        if self.requests_per_second <= 0 or self.output_tokens < 1:
            raise SizingError(
                "Hardware is chosen for a rate above 0 and answers of a token, got "
                f"{self.requests_per_second} a second of {self.output_tokens} tokens."
            )

    def weights_read(self, sequences: int) -> float:
        """Return the bytes of the weights that a step over ``sequences`` reads.

        Each token visits experts of its own, so that many tokens visit nearly all.
        """
        visited = 1 - (1 - self.chosen) ** sequences
        return self.weight_bytes + self.expert_bytes * (visited - self.chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One machine with what it would take; ``monthly`` None where no price is known.

    ``throughput`` is the requests a second at which one replica saturates.
    """

    machine: Machine
    slots: int
    throughput: Figure
    replicas: int
    monthly: float | None


def smallest_hardware(
    machines: Sequence[Machine], need: Need, peak_of: Callable[[int], Figure]
) -> tuple[Choice, ...]:
    """Return the machines that can serve ``need``, the smallest choice first.

    ``peak_of`` predicts the memory in GB for a number of sequences at once. Ordered
    by monthly price, then by all memory together; machines that the model does not
    fit or whose speed is not known are left out. The replicas are those that the lower
    end of the throughput needs at 0.8 of saturation.
    """
    found = [
        choice
        for machine in machines
        if (choice := _choice(machine, need, peak_of)) is not None
    ]
    return tuple(sorted(found, key=_size))


def step_on(
    machine: Machine, need: Need, end: int = 0, sequences: int = 1
) -> StepTime | None:
    """Return the step of ``machine``: reading its weights, and work for each row.

    ``end`` picks the share of the nominal speed: 0 usual, 1 slowest, 2 fastest;
    ``sequences`` say how many visit experts, where the weights lie in some.
    t = (weights + b x cache) / bandwidth + 2 x parameters x b / arithmetic + 2 ms: the
    sum is never less than the larger of the two, which a perfect overlap would reach.
    """
    if machine.bandwidth_gbs is None or machine.tflops is None:
        return None
    bandwidth = machine.bandwidth_gbs * 1e9 * BANDWIDTH_SHARE[end]
    arithmetic = machine.tflops * 1e12 * COMPUTE_SHARE[end]
    token = 2 * need.active_parameters / arithmetic
    return StepTime(
        base=need.weights_read(sequences) / bandwidth + OVERHEAD_S,
        each=need.cache_bytes / bandwidth + token,
        per_prompt_token=token,
    )


def _choice(
    machine: Machine, need: Need, peak_of: Callable[[int], Figure]
) -> Choice | None:
    slots = most_sequences(peak_of, machine.memory_gb, at_most=MOST_SLOTS)
    if slots == 0 or step_on(machine, need) is None:
        return None
    usual, slowest, fastest = (_saturation(machine, need, slots, k) for k in range(3))
    replicas = replicas_needed(need.requests_per_second, slowest, MAX_LOAD)
    price = machine.price_per_hour
    return Choice(
        machine=machine,
        slots=slots,
        throughput=Figure(
            usual,
            slowest,
            fastest,
            origin="estimated",
            note="bandwidth and arithmetic at 50 to 70 % and 25 to 60 % of nominal",
        ),
        replicas=replicas,
        monthly=None if price is None else replicas * price * HOURS_PER_MONTH,
    )


def _saturation(machine: Machine, need: Need, slots: int, end: int) -> float:
    step = step_on(machine, need, end, slots)
    assert step is not None  # noqa: S101 - the caller asked before
    return Replica(
        step=step,
        slots=slots,
        prompt_tokens=need.prompt_tokens,
        output_tokens=need.output_tokens,
    ).saturation


def _size(choice: Choice) -> tuple[bool, float, float, str]:
    memory = choice.replicas * choice.machine.memory_gb
    price = choice.monthly
    return price is None, price or 0.0, memory, choice.machine.id
