import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.errors import SizingError
from advisor.sizing.queueing import MOST_WAITING, Replica, spread_factor, steady
from advisor.sizing.step_time import StepTime


def replica(base, each, slots, output=1.0, prompt=0.0, reading=0.0):
    step = StepTime(base=base, each=each, per_prompt_token=reading)
    return Replica(step=step, slots=slots, prompt_tokens=prompt, output_tokens=output)


def test_one_slot_is_the_single_server_queue():
    # M/M/1 with service 1 s at load 0.5: 2 s in the system, one request there
    one = replica(base=0.01, each=0.0, slots=1, output=100)
    found = steady(one, 0.5)
    assert found.in_system == pytest.approx(1.0)
    assert found.seconds == pytest.approx(2.0, abs=0.01)
    assert found.load == 0.5


def test_steps_that_grow_with_rows_share_one_server():
    # Step time b x 0.01: the work done a second is the same for any number of rows,
    # processor sharing at load 0.6 has 0.6 / 0.4 in the system.
    shared = replica(base=0.0, each=0.01, slots=4000, output=100)
    assert steady(shared, 0.6).in_system == pytest.approx(1.5)


def test_steps_that_never_grow_are_many_servers():
    # M/G/infinity: arrivals x 1 s in the system
    free = replica(base=0.01, each=0.0, slots=4000, output=100)
    assert steady(free, 5.0).in_system == pytest.approx(5.0)


def test_many_servers_of_one_slot_are_erlangs():
    # M/M/3 at offered load 2: Erlang C 0.44444, so 0.44444 x 2 + 2 in the system
    one = replica(base=0.01, each=0.0, slots=1, output=100)
    assert steady(one, 2.0, replicas=3).in_system == pytest.approx(2.888889)


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.0, 3.0])
def test_one_server_waits_as_pollaczek_and_khinchine_say(spread):
    assert spread_factor(spread, 1, 0.8) == pytest.approx((1 + spread**2) / 2)


@settings(deadline=None)
@given(
    spread=st.floats(0, 20),
    servers=st.integers(1, 1000),
    load=st.floats(0.05, 0.999),
)
def test_lengths_that_vary_more_wait_longer_whatever_the_servers(spread, servers, load):
    assert spread_factor(1.0, servers, load) == pytest.approx(1.0)
    less, more = (spread_factor(s, servers, load) for s in (spread, spread + 0.1))
    assert 0.5 - 1e-9 <= less <= more + 1e-9


def test_the_spread_of_lengths_matters_where_requests_queue():
    fixed, wide = (
        Replica(
            step=StepTime(base=0.01, each=0.001, per_prompt_token=0.0),
            slots=4,
            prompt_tokens=0.0,
            output_tokens=50,
            spread=spread,
        )
        for spread in (0.0, 2.0)
    )
    idle, busy = 0.05 * fixed.saturation, 0.8 * fixed.saturation
    assert steady(wide, idle).seconds == pytest.approx(
        steady(fixed, idle).seconds, rel=1e-3
    )
    assert steady(wide, busy).seconds > 1.1 * steady(fixed, busy).seconds


def test_it_counts_reading_as_work():
    # 100 x 0.005 s writing and 50 x 0.01 s reading make one second a request
    reader = replica(base=0.005, each=0.0, slots=1, output=100, prompt=50, reading=0.01)
    assert reader.saturation == pytest.approx(1.0)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.05, 0.7), st.integers(1, 3), st.floats(0, 0.005))
def test_more_load_and_fewer_replicas_never_shorten_the_wait(load, replicas, each):
    one = replica(base=0.01, each=each, slots=8, output=30, prompt=60, reading=1e-5)
    arrivals = load * replicas * one.saturation
    base = steady(one, arrivals, replicas).seconds
    assert base >= 30 * one.step.at(1)
    assert steady(one, arrivals * 1.2, replicas).seconds >= base
    assert steady(one, arrivals, replicas + 1).seconds <= base * (1 + 1e-9)


def test_there_is_no_steady_state_at_saturation():
    one = replica(base=0.01, each=0.0, slots=1, output=100)
    assert steady(one, 1.0) is None


def test_it_stops_counting_where_the_queue_has_hardly_an_end():
    one = replica(base=0.01, each=0.0, slots=1, output=100)
    assert steady(one, 0.9999).in_system < MOST_WAITING


@pytest.mark.parametrize(("arrivals", "replicas"), [(0, 1), (1, 0)])
def test_it_refuses_a_queue_without_arrivals_or_replicas(arrivals, replicas):
    with pytest.raises(SizingError, match=f"got {arrivals} a second and {replicas}"):
        steady(replica(0.01, 0.0, 1), arrivals, replicas)


def test_it_refuses_requests_that_write_nothing():
    with pytest.raises(SizingError, match=r"0\.0 \+ 0 tokens"):
        replica(0.01, 0.0, 1, output=0)
