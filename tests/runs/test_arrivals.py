"""Requests of a load test are scheduled beforehand, and a wait counts."""

import time
from threading import Barrier

import pytest

from advisor.engines.base import Answer, Prompt, Timing
from advisor.engines.timing import clock
from advisor.runs.services.arrivals import (
    BURSTS,
    Arrival,
    at_once,
    in_line,
    on_time,
    schedule,
)


def prompts(number: int) -> list[Prompt]:
    return [Prompt(id=str(i), text="t", max_output_tokens=1) for i in range(number)]


def slow(prompt: Prompt) -> Answer:
    """A server that takes 30 ms for everything."""
    time.sleep(0.03)
    return Answer(
        prompt_id=prompt.id,
        output="",
        finish="stop",
        prompt_tokens=1,
        completion_tokens=1,
        tokens_origin="reported",
        timing=Timing(ttft_ms=None, total_ms=30.0),
    )


def test_the_schedule_is_repeatable():
    assert schedule(3.0, seconds=60, seed=7) == schedule(3.0, seconds=60, seed=7)
    assert schedule(3.0, seconds=60, seed=7) != schedule(3.0, seconds=60, seed=8)


def test_bursts_start_at_rest_and_hold_at_least_two_requests():
    bursts = schedule(0.01, seconds=1, seed=1)
    assert len(bursts) == BURSTS
    assert {len(burst) for burst in bursts} == {2}
    assert {burst[0].after_s for burst in bursts} == {0.0}


def test_the_mean_gap_is_that_of_the_rate():
    bursts = schedule(50.0, seconds=160, seed=3)
    gaps = [
        later.after_s - earlier.after_s
        for burst in bursts
        for earlier, later in zip(burst, burst[1:], strict=False)
    ]
    # 7,920 exponential gaps: their mean has a standard error of 1.1 %
    assert sum(gaps) / len(gaps) == pytest.approx(1 / 50, rel=0.06)


def test_a_request_that_finds_the_server_busy_waits_in_line():
    burst = [Arrival(burst=0, after_s=0.0), Arrival(burst=0, after_s=0.001)]
    first, second = in_line(burst, prompts(2), slow)
    assert second.waited_ms > first.waited_ms
    assert second.waited_ms >= 28


def test_a_server_that_works_on_many_is_sent_each_at_its_time():
    burst = [Arrival(burst=0, after_s=i * 0.001) for i in range(8)]
    all_there = Barrier(8, timeout=60)

    def together(prompt: Prompt) -> Answer:
        all_there.wait()
        return slow(prompt)

    timed = at_once(burst, prompts(8), together)
    assert [one.answer.prompt_id for one in timed] == list("01234567")


class Punctual:
    """An engine that notes what it was told, and when."""

    def __init__(self):
        self.told = []

    def connect(self, count):
        self.told.append(("connect", count))

    def measure_at(self, prompts, due):
        self.told.append(("measure", clock(), *due))
        return [slow(prompt) for prompt in prompts]

    def lateness_ms(self):
        return ()


def test_a_burst_finds_its_connections_open_and_is_handed_over_before_it_is_due():
    burst = [Arrival(burst=0, after_s=after) for after in (0.0, 0.25)]
    # A process that stands still in between is asked again.
    for _ in range(10):
        engine = Punctual()
        timed = on_time(burst, prompts(2), engine)
        connected, (_, now, first, second) = engine.told
        if now < first:
            break
    assert connected == ("connect", 2)
    assert now < first
    assert second - first == pytest.approx(0.25)
    assert [one.waited_ms for one in timed] == [0.0, 0.0]
