import pytest

from advisor.engines.base import Timing
from advisor.engines.timing import (
    Stopwatch,
    output_tokens_per_second,
    time_per_output_token_ms,
)


def test_the_first_stamp_is_the_time_to_the_first_token():
    watch = Stopwatch(started=10.0)
    for at in (10.1, 10.2, 10.4):
        watch.stamp(at)
    watch.ended = 10.5
    timing = watch.timing()
    assert timing.ttft_ms == pytest.approx(100)
    assert timing.total_ms == pytest.approx(500)
    assert timing.token_ms == pytest.approx((100, 200, 400))


def test_nothing_stamped_is_no_time_at_all():
    assert Stopwatch(started=1.0, ended=2.0).timing().ttft_ms is None


def test_the_time_between_tokens_leaves_the_first_out():
    timing = Timing(ttft_ms=100, total_ms=400, token_ms=(100, 250, 400))
    # Three pieces held seven tokens: (400 - 100) / (7 - 1).
    assert time_per_output_token_ms(timing, 7) == 50
    assert output_tokens_per_second(timing, 7) == 20


@pytest.mark.parametrize("tokens", [None, 0, 1])
def test_there_is_no_time_between_fewer_than_two_tokens(tokens):
    timing = Timing(ttft_ms=100, total_ms=400, token_ms=(100, 400))
    assert time_per_output_token_ms(timing, tokens) is None
    assert output_tokens_per_second(timing, tokens) is None
