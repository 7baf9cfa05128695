import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.errors import SizingError
from advisor.sizing.event_simulation import Traffic, simulate
from advisor.sizing.queueing import Replica, steady
from advisor.sizing.step_time import StepTime

STEP = StepTime(base=0.01, each=0.001, per_prompt_token=1e-5)
LENGTHS = ((20, 2), (60, 8), (100, 20), (40, 50))


def step_by_step(gaps, pairs, step, slots):
    """One replica, one step after the other, with nothing taken together."""
    arrivals = np.cumsum(gaps)
    first, last = np.zeros(len(gaps)), np.zeros(len(gaps))
    waiting, left, clock, come = [], {}, 0.0, 0
    while come < len(gaps) or waiting or left:
        if not waiting and not left:
            clock = max(clock, arrivals[come])
        while come < len(gaps) and arrivals[come] <= clock:
            waiting.append(come)
            come += 1
        new = waiting[: slots - len(left)]
        del waiting[: len(new)]
        left.update({request: pairs[request][1] for request in new})
        reading = sum(pairs[request][0] for request in new) * step.per_prompt_token
        clock += step.at(len(left)) + reading
        for request in new:
            first[request] = clock
        for request in list(left):
            left[request] -= 1
            if left[request] == 0:
                last[request] = clock
                del left[request]
    return first - arrivals, last - arrivals


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.floats(0.2, 1.5))
def test_it_equals_taking_every_step_by_itself(seed, slots, load):
    rate = load * slots / (20 * STEP.at(slots))
    traffic = Traffic(rate=rate, lengths=LENGTHS)
    waits = simulate(traffic, STEP, slots=slots, requests=120, seed=seed)
    rng = np.random.default_rng(seed)
    gaps = rng.gamma(1.0, 1 / rate, size=120)
    pairs = [LENGTHS[i] for i in rng.integers(len(LENGTHS), size=120)]
    first, last = step_by_step(gaps, pairs, STEP, slots)
    np.testing.assert_allclose(waits.first, first[12:114], rtol=1e-9)
    np.testing.assert_allclose(waits.last, last[12:114], rtol=1e-9)


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
