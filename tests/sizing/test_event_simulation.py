import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.errors import SizingError
from advisor.sizing.event_simulation import Traffic, simulate
from advisor.sizing.queueing import Replica, steady
from advisor.sizing.step_time import StepTime
from tests.bench.capacity.step_by_step import waits as step_by_step

STEP = StepTime(base=0.01, each=0.001, per_prompt_token=1e-5)
LENGTHS = ((20, 2), (60, 8), (100, 20), (40, 50))


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(1, 6),
    st.integers(1, 4),
    st.floats(0.2, 1.5),
    st.sampled_from([0.7, 1.0, 2.0]),
)
def test_it_equals_taking_every_step_by_itself(
    seed, slots, replicas, load, variability
):
    rate = load * replicas * slots / (20 * STEP.at(slots))
    traffic = Traffic(rate=rate, lengths=LENGTHS, variability=variability)
    found = simulate(
        traffic, STEP, slots=slots, replicas=replicas, requests=120, seed=seed
    )
    first, last = step_by_step(traffic, STEP, slots, replicas, 120, seed)
    np.testing.assert_allclose(found.first, first[:102], rtol=1e-9)
    np.testing.assert_allclose(found.last, last[:102], rtol=1e-9)


def test_a_request_goes_where_nobody_is_although_another_is_about_to_end():
    # A step takes a second and one token is all: of twelve replicas, ten a second find
    # an idle one each, unless those under way were taken for idle.
    slow = StepTime(base=1.0, each=0.0)
    traffic = Traffic(rate=10.0, lengths=((0, 1),), variability=0)
    waits = simulate(traffic, slow, slots=1, replicas=12, requests=20, seed=1)
    np.testing.assert_allclose(waits.last, 1.0, rtol=1e-9)


def test_a_request_alone_takes_its_reading_and_its_steps():
    traffic = Traffic(rate=0.01, lengths=((100, 5),), variability=0)
    waits = simulate(traffic, STEP, slots=4, requests=10, seed=1)
    np.testing.assert_allclose(waits.first, 0.012, rtol=1e-9)
    np.testing.assert_allclose(waits.last, 0.012 + 4 * 0.011, rtol=1e-9)


def test_its_mean_is_that_of_the_chain():
    traffic = Traffic(rate=13.0, lengths=LENGTHS)
    replica = Replica(
        step=STEP,
        slots=8,
        prompt_tokens=traffic.prompt_tokens,
        output_tokens=traffic.output_tokens,
    )
    chain = steady(replica, 13.0)
    found = simulate(traffic, STEP, slots=8, requests=4000, seed=3).last.mean()
    assert found == pytest.approx(chain.seconds, rel=0.05)


def test_bursts_make_waiting_longer_and_replicas_make_it_shorter():
    def tail(variability, replicas):
        traffic = Traffic(rate=25.0, lengths=LENGTHS, variability=variability)
        waits = simulate(
            traffic, STEP, slots=8, replicas=replicas, requests=1500, seed=5
        )
        return np.quantile(waits.first, 0.95)

    assert tail(0.0, 1) < tail(1.0, 1) < tail(3.0, 1)
    assert tail(3.0, 2) < tail(3.0, 1)


def test_the_same_seed_gives_the_same_waits():
    traffic = Traffic(rate=20.0, lengths=LENGTHS)
    one, two, other = (
        simulate(traffic, STEP, slots=8, requests=200, seed=s).last for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("rate", "variability", "lengths"),
    [(0, 1, LENGTHS), (1, -1, LENGTHS), (1, 1, ())],
)
def test_it_refuses_traffic_that_cannot_be(rate, variability, lengths):
    with pytest.raises(SizingError, match=f"got {rate}, {variability} and"):
        Traffic(rate=rate, lengths=lengths, variability=variability)


def test_it_refuses_requests_that_write_nothing():
    with pytest.raises(SizingError, match="got an output of 0"):
        Traffic(rate=1, lengths=((10, 0),))


def test_it_refuses_a_simulation_of_nothing():
    with pytest.raises(SizingError, match="got 0, 1 and 100"):
        simulate(Traffic(rate=1, lengths=LENGTHS), STEP, slots=0, requests=100, seed=1)
