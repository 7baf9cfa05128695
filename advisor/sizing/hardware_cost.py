"""What does it cost a month to run a model on hardware of one's own?

Replicas come in whole numbers and at least one runs at all hours: without a load
profile nothing is switched off at night.
"""

from dataclasses import dataclass
from math import ceil, inf

from advisor.sizing.demand import HOURS_PER_MONTH, MAX_LOAD, Demand
from advisor.sizing.errors import SizingError
from advisor.sizing.measurement import Figure
from advisor.sizing.prices import Price, one_currency


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwarePrices:
    """What one replica and its care cost; None where it is not known.

    Rented: ``per_hour``, power included unless given apart. Bought: ``purchase``
    written off over ``amortisation_months``, and power, which must then be known.
    ``operating_hours`` of work a month are for the service, however many replicas.
    """

    per_hour: Price | None = None
    purchase: Price | None = None
    amortisation_months: int = 36
    power_watts: float | None = None
    electricity: Price | None = None
    operating_hours: float | None = None
    operating_rate: Price | None = None

    def __post_init__(self) -> None:
        if self.amortisation_months < 1:
            raise SizingError(
                "A purchase is written off over at least one month, got "
                f"{self.amortisation_months}."
            )
        amounts = (self.power_watts, self.operating_hours)
        if any(value is not None and value < 0 for value in amounts):
            raise SizingError(
                f"Power and hours of work cannot be negative, got {amounts[0]} W and "
                f"{amounts[1]} h. Leave an unknown value empty."
            )

    def known(self) -> tuple[Price, ...]:
        """Return the prices that are known."""
        every = (self.per_hour, self.purchase, self.electricity, self.operating_rate)
        return tuple(price for price in every if price is not None)

    @property
    def currency(self) -> str | None:
        """Return the one currency of all prices; None when none is known."""
        return one_currency(self.known())

    @property
    def replica_month(self) -> float | None:
        """Return what one replica costs in 730 hours; None where a part is unknown."""
        if self.per_hour is not None:
            hardware = self.per_hour.amount * HOURS_PER_MONTH
            return hardware + (self._power_month or 0.0)
        if self.purchase is None or self._power_month is None:
            return None
        return self.purchase.amount / self.amortisation_months + self._power_month

    @property
    def operating_month(self) -> float | None:
        """Return what the work costs a month: 0 where none is planned."""
        if not self.operating_hours:
            return 0.0
        if self.operating_rate is None:
            return None
        return self.operating_hours * self.operating_rate.amount

    @property
    def _power_month(self) -> float | None:
        if self.power_watts is None or self.electricity is None:
            return None
        return self.power_watts / 1000 * HOURS_PER_MONTH * self.electricity.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnHardware:
    """A candidate on own hardware.

    ``throughput`` is the requests per second at which one replica saturates;
    ``replicas`` overrides the count where a queue model or a test has set it.
    """

    prices: HardwarePrices
    throughput: Figure | None
    replicas: int | None = None
    max_load: float = MAX_LOAD

    def __post_init__(self) -> None:
        if not 0 < self.max_load <= MAX_LOAD:
            raise SizingError(
                f"The highest load must lie in (0, {MAX_LOAD}], got {self.max_load}: "
                "beyond that waiting times grow without warning."
            )
        if self.rate is not None and not 0 < self.rate < inf:
            raise SizingError(
                f"A throughput must be above 0 and finite, got {self.rate} requests "
                "per second. Give None where it was not measured."
            )
        if self.replicas is not None and self.replicas < 1:
            raise SizingError(
                f"At least one replica runs, got {self.replicas}. Give 1 or more."
            )

    @property
    def rate(self) -> float | None:
        """Return the requests per second of one replica; None when not measured."""
        return None if self.throughput is None else self.throughput.value


def replicas_needed(peak: float, throughput: float, max_load: float = MAX_LOAD) -> int:
    """Return the smallest whole number of replicas that serves ``peak``, at least 1."""
    # A peak that fills n replicas exactly must not need one more by rounding.
    return max(1, ceil(peak / (throughput * max_load) * (1 - 1e-12)))


def replicas_for(own: OwnHardware, demand: Demand) -> int | None:
    """Return the replicas that run; None where neither count nor rate is known."""
    if own.replicas is not None:
        return own.replicas
    if own.rate is None:
        return None
    return replicas_needed(demand.peak or 0.0, own.rate, own.max_load)


def monthly_range(
    own: OwnHardware, demand: Demand
) -> tuple[float, float, float] | None:
    """Return value, low and high of replicas x cost of one + work, a month.

    The ends are those of the throughput: a slower replica may need more of them.
    None where a price or the number of replicas is not known.
    """
    replica, work = own.prices.replica_month, own.prices.operating_month
    replicas = replicas_for(own, demand)
    if replica is None or work is None or replicas is None:
        return None
    fewest = most = replicas
    if own.throughput is not None and own.replicas is None:
        peak, slow, fast = demand.peak or 0.0, own.throughput.low, own.throughput.high
        if fast is not None:
            fewest = replicas_needed(peak, fast, own.max_load)
        if slow is not None and slow > 0:
            most = replicas_needed(peak, slow, own.max_load)
    return replicas * replica + work, fewest * replica + work, most * replica + work


def utilisation(own: OwnHardware, demand: Demand) -> Figure | None:
    """Return mean demand by what the whole replicas could serve at saturation."""
    replicas = replicas_for(own, demand)
    if own.throughput is None or own.rate is None:
        return None
    if replicas is None or demand.average is None:
        return None
    return Figure(
        value=demand.average / (replicas * own.rate),
        n=own.throughput.n,
        origin=own.throughput.origin,
        note=f"average demand by {replicas} replicas at saturation",
    )
