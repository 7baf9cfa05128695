"""How many samples does a decision take, and what will a run cost in time and money?

Everything here is told before anything is spent; it promises nothing about the
result, and each figure is marked as estimated.
"""

from dataclasses import dataclass
from math import ceil, log, sqrt

from scipy.special import ndtri

from advisor.sizing.errors import SizingError
from advisor.sizing.measurement import Figure

# A test that may stop at any time needs this many times the samples of a fixed one.
ANYTIME_FACTOR = 1.15
POWER = 0.8
# Share of samples on which two models of like quality disagree, where none is known.
TYPICAL_DISCORDANCE = 0.17


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the samples at hand can decide.

    ``smallest_margin`` is the smallest loss that can be certified with the stated
    power, ``needed`` the samples for the margin that was set, None where none do.
    """

    samples: int
    needed: int | None
    smallest_margin: float
    power: float
    variance: float


def plan(
    *,
    samples: int,
    margin: float,
    alpha: float = 0.05,
    candidates: int = 1,
    loss: float = 0.0,
    variance: float = TYPICAL_DISCORDANCE,
    power: float = POWER,
) -> Plan:
    """Return what ``samples`` can decide when each of ``candidates`` loses ``loss``.

    ``variance`` is that of the paired difference: for scores of 0 and 1 the share
    of samples on which the two models disagree, less the square of the loss.
    """
    return Plan(
        samples=samples,
        needed=samples_needed(margin, loss, variance, alpha, candidates, power),
        smallest_margin=smallest_margin(
            samples, loss, variance, alpha, candidates, power
        ),
        power=power,
        variance=variance,
    )


def samples_needed(
    margin: float,
    loss: float,
    variance: float,
    alpha: float = 0.05,
    candidates: int = 1,
    power: float = POWER,
) -> int | None:
    """Return 1.15 (z_{1-alpha/K} + z_power)^2 variance / (margin - loss)^2, rounded up.

    None when the loss reaches the margin: no number of samples certifies it then.
    Never less than what ties alone take.
    """
    reach = _reach(alpha, candidates, power)
    if loss >= margin:
        return None
    exact = ANYTIME_FACTOR * reach**2 * variance / (margin - loss) ** 2
    return max(ceil(exact), ties_needed(margin, alpha, candidates))


def smallest_margin(
    samples: int,
    loss: float,
    variance: float,
    alpha: float = 0.05,
    candidates: int = 1,
    power: float = POWER,
) -> float:
    """Return the smallest margin that ``samples`` certify with ``power``; at most 1."""
    if samples < 1:
        raise SizingError(f"A plan needs at least one sample, got {samples}. Add some.")
    reach = _reach(alpha, candidates, power)
    by_noise = loss + reach * sqrt(ANYTIME_FACTOR * variance / samples)
    # The bet on ties is capped at 0.95 / (1 - margin): solve its gain for the margin.
    gain = float((candidates / alpha) ** (1 / samples)) - 1
    by_ties = gain / (0.95 + gain)
    return min(1.0, max(by_noise, by_ties))


def ties_needed(margin: float, alpha: float = 0.05, candidates: int = 1) -> int:
    """Return the ties in a row that certify: ln(K / alpha) / ln(1 + bet x margin)."""
    _reach(alpha, candidates, POWER)
    if not 0 < margin < 1:
        raise SizingError(
            f"Ties certify only a margin between 0 and 1, got {margin}. Give e.g. 0.05."
        )
    bet = 0.95 / (1 - margin)
    return ceil(log(candidates / alpha) / log(1 + bet * margin))


def more_samples(
    *,
    margin: float,
    loss: float,
    variance: float,
    samples: int,
    alpha: float = 0.05,
    candidates: int = 1,
    power: float = POWER,
) -> int | None:
    """Return about how many more samples would decide; None when it cannot be told.

    It cannot be told when the loss measured on ``samples`` lies within one standard
    error of the margin, nor from answers that all lost the same: without a variance
    there is no such error. At least 1 where the test has not decided.
    """
    if samples < 1:
        raise SizingError(f"An estimate needs one sample at least, got {samples}.")
    if variance <= 0 or abs(margin - loss) < sqrt(variance / samples):
        return None
    reach = _reach(alpha, candidates, power)
    needed = ANYTIME_FACTOR * reach**2 * variance / (margin - loss) ** 2
    return max(1, ceil(needed) - samples)


def variance_of_pairs(better: float, worse: float) -> float:
    """Return p+ + p- - (p+ - p-)^2, the variance of a difference of two 0/1 scores.

    ``better`` and ``worse`` are the shares of samples that one of the two alone
    got right.
    """
    if better < 0 or worse < 0 or better + worse > 1:
        raise SizingError(
            "Two shares of the samples must be 0 or more and at most 1 together, got "
            f"{better} and {worse}. Count each sample once."
        )
    return better + worse - (better - worse) ** 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one candidate will be asked, and how fast and dear it is expected to be.

    ``seconds_per_request`` and ``cost_per_request`` carry their intervals; None
    where nothing is known of them.
    """

    requests: int
    concurrency: int = 1
    seconds_per_request: Figure | None = None
    cost_per_request: Figure | None = None
    load_seconds: float = 0.0


def run_time(work: tuple[Work, ...]) -> Figure | None:
    """Return the seconds that all ``work`` takes, one candidate after the other.

    None when the speed of a candidate is not known: a part is not the whole.
    """
    return _total(
        tuple((w.seconds_per_request, w.requests / w.concurrency) for w in work),
        sum(w.load_seconds for w in work),
        "requests x seconds of one by the concurrency, and loading",
    )


def run_cost(work: tuple[Work, ...]) -> Figure | None:
    """Return the money that all ``work`` costs; None when a price is not known."""
    parts = tuple((w.cost_per_request, float(w.requests)) for w in work)
    return _total(parts, 0.0, "requests x cost of one")


def _total(
    parts: tuple[tuple[Figure | None, float], ...], start: float, note: str
) -> Figure | None:
    value = low = high = start
    for figure, times in parts:
        if figure is None or figure.value is None:
            return None
        value += figure.value * times
        low += (figure.value if figure.low is None else figure.low) * times
        high += (figure.value if figure.high is None else figure.high) * times
    return Figure(value, low, high, origin="estimated", note=note)


def _reach(alpha: float, candidates: int, power: float) -> float:
    """Return z of the level plus z of the power."""
    if not (0 < alpha < 1 and 0 < power < 1 and candidates >= 1):
        raise SizingError(
            "A plan needs alpha and power between 0 and 1 and a candidate, got "
            f"{alpha}, {power} and {candidates}."
        )
    return float(ndtri(1 - alpha / candidates) + ndtri(power))
