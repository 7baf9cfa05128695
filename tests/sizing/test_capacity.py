import numpy as np
import pytest

from advisor.sizing.capacity import Limits, predict_serving, smallest_replicas
from advisor.sizing.errors import SizingError
from advisor.sizing.event_simulation import Traffic, simulate
from advisor.sizing.step_time import StepTime

STEP = StepTime(base=0.01, each=0.001, per_prompt_token=1e-5)
LENGTHS = ((20, 2), (60, 8), (100, 20), (40, 50))
# 8 slots saturate near 21.5 requests a second: 8 / (20 x 0.018 + 8 x 0.00055)
TRAFFIC = Traffic(rate=13.0, lengths=LENGTHS)


def test_it_predicts_mean_and_percentiles_with_their_ends():
    found = predict_serving(TRAFFIC, STEP, slots=8, replicas=1, seed=1, requests=600)
    assert found.load == pytest.approx(13 / 21.954, rel=1e-3)
    assert found.p95_ttft.low < found.p95_ttft.value < found.p95_ttft.high
    # 12 simulations of 600 told the percentiles too roughly; sixteen times as long did.
    kept_of_600 = 510
    assert found.p95_latency.n == 12 * 16 * kept_of_600
    assert found.p95_latency.origin == "estimated"
    waits = simulate(TRAFFIC, STEP, slots=8, requests=4000, seed=99)
    assert found.mean == pytest.approx(waits.last.mean(), rel=0.05)
    tail = np.quantile(waits.last, 0.95)
    assert found.p95_latency.value == pytest.approx(tail, rel=0.1)


def test_it_stops_where_short_simulations_are_precise():
    calm = Traffic(rate=2.0, lengths=((20, 8),), variability=0.0)
    found = predict_serving(calm, STEP, slots=8, replicas=1, seed=1, requests=300)
    assert found.p95_ttft.n == 12 * 255


def test_it_leaves_the_mean_of_bursts_to_the_simulation():
    bursts = Traffic(rate=5.0, lengths=LENGTHS, variability=2.0)
    found = predict_serving(bursts, STEP, slots=8, replicas=1, seed=1, requests=300)
    assert found.mean is None


def test_it_predicts_nothing_near_saturation():
    crowd = Traffic(rate=20.5, lengths=LENGTHS)
    assert predict_serving(crowd, STEP, slots=8, replicas=1, seed=1) is None


def fewest(limits, rate=40.0, max_load=0.8, requests=300):
    traffic = Traffic(rate=rate, lengths=LENGTHS)
    return smallest_replicas(
        traffic, STEP, limits, slots=8, seed=1, max_load=max_load, requests=requests
    )


def test_it_takes_the_replicas_that_the_load_asks_for():
    # 40 a second over 0.8 x 21.95: 2.28
    assert fewest(Limits()) == 3
    assert fewest(Limits(), max_load=0.5) == 4
    assert fewest(Limits(), rate=0.1) == 1


def test_it_takes_more_replicas_for_a_tighter_limit():
    loose, tight = fewest(Limits(latency=2.0)), fewest(Limits(latency=0.66))
    assert (loose, tight) == (3, 5)


def test_it_equals_trying_every_number_of_replicas():
    limits = Limits(ttft=0.03, latency=0.8)
    traffic = Traffic(rate=40.0, lengths=LENGTHS)

    def tails(replicas):
        waits = simulate(
            traffic, STEP, slots=8, replicas=replicas, requests=3000, seed=77
        )
        return np.quantile(waits.first, 0.95), np.quantile(waits.last, 0.95)

    tried = next(
        c
        for c in range(3, 12)
        if all(np.less_equal(tails(c), (limits.ttft, limits.latency)))
    )
    assert fewest(limits) == tried


def test_no_number_of_replicas_beats_an_idle_one():
    # The slowest of the lengths takes 50 steps of 0.011 s alone
    assert fewest(Limits(latency=0.5)) is None
    assert fewest(Limits(ttft=0.01)) is None


def test_it_gives_up_where_waiting_hardly_shrinks():
    # 55 requests are under way on average: only as many replicas leave each alone,
    # and the limit is what an idle one takes.
    crowd = Traffic(rate=100.0, lengths=((0, 50),))
    limits = Limits(latency=0.5501)
    step = StepTime(base=0.01, each=0.001)
    found = smallest_replicas(crowd, step, limits, slots=1000, seed=1, requests=40)
    assert found is None


def test_a_limit_too_close_to_tell_counts_as_not_met():
    traffic = Traffic(rate=40.0, lengths=LENGTHS)
    waits = [
        simulate(traffic, STEP, slots=8, replicas=3, requests=2000, seed=1 + k).last
        for k in range(16)
    ]
    exactly = float(np.quantile(np.concatenate(waits), 0.95))
    assert fewest(Limits(latency=exactly), requests=200) == 4


def test_it_refuses_a_load_of_one():
    with pytest.raises(SizingError, match="got 1"):
        fewest(Limits(), max_load=1)
