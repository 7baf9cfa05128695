from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.cost import cost_of
from advisor.sizing.demand import Demand
from advisor.sizing.errors import SizingError
from advisor.sizing.hardware_cost import (
    HardwarePrices,
    OwnHardware,
    replicas_for,
    replicas_needed,
    utilisation,
)
from advisor.sizing.measurement import Figure
from advisor.sizing.prices import Price


def price(amount, unit="hour", currency="USD"):
    return Price(
        amount=amount, currency=currency, unit=unit, source="s", as_of=date(2026, 1, 1)
    )


RENTED = HardwarePrices(per_hour=price(0.8))
MEASURED = Figure(2.0, 1.6, 2.4, 200, "measured")


def test_it_rents_whole_replicas_for_730_hours():
    # peak 3/s over 2/s x 0.8 = 1.875: two replicas at 0.80 an hour
    own = OwnHardware(prices=RENTED, throughput=MEASURED)
    demand = Demand(monthly_requests=300_000, peak_requests_per_second=3)
    costs = cost_of(own, demand)
    assert costs.per_month.value == pytest.approx(2 * 730 * 0.8)
    assert costs.per_month.high == pytest.approx(3 * 730 * 0.8)
    assert costs.per_month.low == pytest.approx(2 * 730 * 0.8)
    assert costs.per_1000_requests.value == pytest.approx(2 * 730 * 0.8 / 300)
    assert replicas_for(own, demand) == 2
    assert utilisation(own, demand).value == pytest.approx(300_000 / 2_628_000 / 4)


def test_it_takes_five_times_the_average_for_a_peak():
    # 2,628,000 requests a month are 1/s on average, 5/s at the peak, 1.6/s a replica
    demand = Demand(monthly_requests=2_628_000)
    assert demand.peak == pytest.approx(5.0)
    own = OwnHardware(prices=RENTED, throughput=MEASURED)
    assert replicas_for(own, demand) == 4


def test_it_always_runs_at_least_one_replica():
    own = OwnHardware(prices=RENTED, throughput=MEASURED)
    assert cost_of(own, Demand(monthly_requests=1)).per_month.value == pytest.approx(
        584
    )
    assert cost_of(own, Demand(monthly_requests=0)).per_1000_requests is None


def test_it_takes_a_fully_used_replica_where_no_load_is_stated():
    own = OwnHardware(prices=RENTED, throughput=MEASURED)
    costs = cost_of(own, Demand())
    assert costs.per_month is None
    assert costs.per_1000_requests.value == pytest.approx(0.8 / 3600 / 1.6 * 1000)


def test_it_cannot_tell_a_cost_per_request_from_a_peak_alone():
    costs = cost_of(
        OwnHardware(prices=RENTED, throughput=MEASURED),
        Demand(peak_requests_per_second=3),
        accepted=(1.0, 1.0),
    )
    assert costs.per_1000_requests is None
    assert costs.per_accepted_answer is None
    assert costs.per_month.value == pytest.approx(1168)


def test_it_writes_off_a_purchase_and_pays_its_power():
    bought = HardwarePrices(
        purchase=price(3600, "purchase"),
        amortisation_months=36,
        power_watts=200,
        electricity=price(0.3, "kWh"),
        operating_hours=4,
        operating_rate=price(90, "hour of work"),
    )
    costs = cost_of(
        OwnHardware(prices=bought, throughput=MEASURED), Demand(monthly_requests=1000)
    )
    assert costs.per_month.value == pytest.approx(100 + 0.2 * 730 * 0.3 + 360)


def test_it_adds_power_to_a_rent_only_when_it_is_given():
    metered = HardwarePrices(
        per_hour=price(0.8), power_watts=100, electricity=price(0.5, "kWh")
    )
    own = OwnHardware(prices=metered, throughput=MEASURED)
    month = cost_of(own, Demand(monthly_requests=1)).per_month
    assert month.value == pytest.approx(584 + 36.5)


@pytest.mark.parametrize(
    "prices",
    [
        HardwarePrices(),
        HardwarePrices(purchase=price(3600, "purchase")),
        HardwarePrices(per_hour=price(0.8), operating_hours=3),
    ],
)
def test_an_unknown_price_makes_the_cost_unknown(prices):
    own = OwnHardware(prices=prices, throughput=MEASURED)
    costs = cost_of(own, Demand(monthly_requests=1000), accepted=(1.0, 1.0))
    assert (costs.per_month, costs.per_1000_requests) == (None, None)
    assert costs.per_accepted_answer is None


@pytest.mark.parametrize("throughput", [None, Figure(None)])
def test_an_unknown_throughput_makes_the_cost_unknown(throughput):
    own = OwnHardware(prices=RENTED, throughput=throughput)
    demand = Demand(monthly_requests=1000)
    assert cost_of(own, demand).per_month is None
    assert utilisation(own, demand) is None


def test_a_count_of_replicas_that_was_set_needs_no_throughput():
    own = OwnHardware(prices=RENTED, throughput=None, replicas=3)
    month = cost_of(own, Demand(monthly_requests=1000)).per_month
    assert (month.value, month.origin) == (pytest.approx(3 * 584), "estimated")
    assert cost_of(own, Demand()).per_1000_requests is None


def test_it_has_no_utilisation_without_a_volume():
    own = OwnHardware(prices=RENTED, throughput=MEASURED)
    assert utilisation(own, Demand(peak_requests_per_second=1)) is None


def test_it_needs_no_ends_of_the_throughput():
    own = OwnHardware(prices=RENTED, throughput=Figure(2.0, origin="estimated"))
    month = cost_of(own, Demand(peak_requests_per_second=3)).per_month
    assert month.low == month.value == month.high
    assert month.origin == "estimated"


def test_it_divides_by_the_accepted_share():
    own = OwnHardware(prices=RENTED, throughput=MEASURED)
    demand = Demand(monthly_requests=584_000)
    costs = cost_of(own, demand, accepted=(1.0,) * 90 + (0.0,) * 10)
    per_request = 584 / 584_000
    accepted = costs.per_accepted_answer
    assert accepted.value == pytest.approx(per_request / 0.9)
    assert accepted.low < accepted.value < accepted.high
    assert accepted.n == 100


def test_a_cost_per_accepted_answer_may_have_no_upper_end():
    own = OwnHardware(prices=RENTED, throughput=MEASURED)
    costs = cost_of(own, Demand(monthly_requests=1000), accepted=(1.0,) + (0.0,) * 9)
    assert costs.per_accepted_answer.high is None
    single = cost_of(own, Demand(monthly_requests=1000), accepted=(1.0,))
    assert single.per_accepted_answer.low is None


def test_no_accepted_answer_has_no_cost():
    own = OwnHardware(prices=RENTED, throughput=MEASURED)
    costs = cost_of(own, Demand(monthly_requests=1000), accepted=(0.0, 0.0))
    assert costs.per_accepted_answer is None


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 500), st.floats(0.01, 50), st.floats(0.05, 0.8))
def test_its_replicas_are_the_fewest_that_serve_the_peak(peak, rate, load):
    replicas = replicas_needed(peak, rate, load)
    assert replicas * rate * load >= peak * (1 - 1e-9)
    assert replicas == 1 or (replicas - 1) * rate * load < peak


def test_rounding_never_buys_a_replica():
    # 3 x 0.1 x 0.8 is a hair below 0.24 in floating point
    assert replicas_needed(0.24, 0.1) == 3


def test_it_refuses_to_mix_currencies():
    prices = HardwarePrices(per_hour=price(1), operating_rate=price(1, currency="EUR"))
    with pytest.raises(SizingError, match="got EUR, USD"):
        cost_of(OwnHardware(prices=prices, throughput=MEASURED), Demand())


@pytest.mark.parametrize("given_value", [0, 1.0])
def test_it_refuses_a_load_that_lets_waiting_run_away(given_value):
    with pytest.raises(SizingError, match=f"got {given_value}"):
        OwnHardware(prices=RENTED, throughput=MEASURED, max_load=given_value)


def test_it_refuses_a_machine_that_serves_nothing():
    with pytest.raises(SizingError, match="got 0"):
        OwnHardware(prices=RENTED, throughput=Figure(0))


def test_it_refuses_no_replica():
    with pytest.raises(SizingError, match="got 0"):
        OwnHardware(prices=RENTED, throughput=MEASURED, replicas=0)


def test_it_refuses_a_purchase_written_off_at_once():
    with pytest.raises(SizingError, match="got 0"):
        HardwarePrices(amortisation_months=0)


def test_it_refuses_negative_power():
    with pytest.raises(SizingError, match="got -1 W"):
        HardwarePrices(power_watts=-1)


def test_it_refuses_negative_demand():
    with pytest.raises(SizingError, match="got -1 per month"):
        Demand(monthly_requests=-1)
