from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.billing import ApiBilling, Usage, request_cost
from advisor.sizing.cost import cost_of
from advisor.sizing.demand import Demand
from advisor.sizing.errors import InvalidMeasurement
from advisor.sizing.prices import Price, TokenPrices

tokens = st.integers(0, 10**6)


def per_million(amount, unit="1M input tokens"):
    return Price(
        amount=amount, currency="USD", unit=unit, source="s", as_of=date(2026, 1, 1)
    )


PRICES = TokenPrices(
    input=per_million(2.5),
    output=per_million(10.0),
    cached_input=per_million(1.25),
    reasoning=per_million(12.0),
)


def test_it_adds_up_every_kind_of_token():
    # 1,000 fresh at 2.50 + 500 cached at 1.25 + 200 out at 10 + 300 reasoning at 12
    usage = Usage(
        input_tokens=1500, cached_tokens=500, output_tokens=200, reasoning_tokens=300
    )
    assert request_cost(usage, PRICES) == pytest.approx(
        (2500 + 625 + 2000 + 3600) / 1e6
    )


def test_it_charges_the_usual_price_where_there_is_no_special_one():
    prices = TokenPrices(input=per_million(2.0), output=per_million(4.0))
    usage = Usage(
        input_tokens=100, cached_tokens=50, output_tokens=10, reasoning_tokens=10
    )
    assert request_cost(usage, prices) == pytest.approx((200 + 80) / 1e6)


def test_it_does_not_know_a_cost_without_a_price():
    prices = TokenPrices(input=per_million(2.0), output=None)
    assert request_cost(Usage(input_tokens=10, output_tokens=1), prices) is None
    assert request_cost(Usage(input_tokens=10, output_tokens=0), prices) == 2e-5


def test_it_does_not_know_a_cost_without_a_count():
    assert request_cost(Usage(input_tokens=None, output_tokens=1), PRICES) is None
    assert request_cost(Usage(input_tokens=1, output_tokens=None), PRICES) is None


def test_it_refuses_more_cached_tokens_than_input():
    with pytest.raises(InvalidMeasurement, match="got 20 cached of 10"):
        request_cost(Usage(input_tokens=10, cached_tokens=20, output_tokens=1), PRICES)


@settings(max_examples=30, deadline=None)
@given(tokens, tokens, st.floats(0, 100), st.floats(0, 100))
def test_it_grows_with_each_count_and_each_price(more_in, more_out, p_in, p_out):
    prices = TokenPrices(input=per_million(p_in), output=per_million(p_out))
    dearer = TokenPrices(input=per_million(p_in + 1), output=per_million(p_out + 1))
    base = request_cost(Usage(input_tokens=10, output_tokens=10), prices)
    usage = Usage(input_tokens=10 + more_in, output_tokens=10 + more_out)
    assert base <= request_cost(usage, prices) <= request_cost(usage, dearer)


def test_it_scales_the_mean_bill_to_a_thousand_requests_and_a_month():
    billing = ApiBilling(request_costs=(0.001, 0.003, None))
    costs = cost_of(billing, Demand(monthly_requests=50_000))
    assert costs.per_1000_requests.value == pytest.approx(2.0)
    assert costs.per_month.value == pytest.approx(100.0)
    assert (costs.per_month.n, costs.per_month.origin) == (2, "measured")
    # Student at one degree of freedom: 12.7062 standard errors, cut at nothing.
    assert costs.per_month.low == 0
    assert costs.per_month.high == pytest.approx(100 + 12.7062 * 50, rel=1e-5)


def test_it_marks_an_estimated_bill_as_estimated():
    billing = ApiBilling(request_costs=(0.001, 0.001), origin="estimated")
    assert cost_of(billing, Demand()).per_1000_requests.origin == "estimated"


def test_it_has_no_monthly_cost_without_a_volume():
    costs = cost_of(ApiBilling(request_costs=(0.001,)), Demand())
    assert costs.per_month is None
    assert costs.per_1000_requests.value == 1.0


def test_it_divides_by_the_accepted_share_of_the_same_samples():
    billing = ApiBilling(request_costs=(0.001, 0.002, None, 0.003, 0.002))
    costs = cost_of(billing, Demand(), accepted=(1.0, 0.0, 1.0, None, 1.0))
    assert costs.per_accepted_answer.value == pytest.approx(0.005 / 2)
    assert costs.per_accepted_answer.n == 3


def test_it_takes_groups_as_the_unit():
    billing = ApiBilling(request_costs=(0.001, 0.001, 0.003, 0.003))
    alone = cost_of(billing, Demand(), accepted=(1.0,) * 4)
    grouped = cost_of(
        billing, Demand(), accepted=(1.0,) * 4, groups=("a", "a", "b", "b")
    )
    assert grouped.per_accepted_answer.value == alone.per_accepted_answer.value
    assert grouped.per_accepted_answer.high > alone.per_accepted_answer.high


def test_it_has_no_cost_per_accepted_answer_when_none_was_accepted():
    billing = ApiBilling(request_costs=(0.001, 0.001))
    assert cost_of(billing, Demand(), accepted=(0.0, 0.0)).per_accepted_answer is None


def test_it_knows_no_cost_where_no_request_has_one():
    costs = cost_of(ApiBilling(request_costs=(None, None)), Demand())
    assert costs.per_1000_requests is None
    assert costs.per_accepted_answer is None


def test_it_knows_no_cost_without_any_input():
    assert cost_of(None, Demand(monthly_requests=10)).per_month is None


def test_it_refuses_a_negative_bill():
    with pytest.raises(InvalidMeasurement, match=r"cannot cost -0\.1 USD"):
        ApiBilling(request_costs=(0.1, -0.1))


def test_it_refuses_accepted_answers_of_other_samples():
    with pytest.raises(InvalidMeasurement, match="got 2 and 1"):
        cost_of(ApiBilling(request_costs=(0.1, 0.1)), Demand(), accepted=(1.0,))
