"""Requests are sent when they are due, whatever happens to the others."""

import asyncio
import time

from advisor.engines.punctuality import OpenLoop, Ticker
from advisor.engines.timing import clock
from tests.engines.stub_server import piece, stream_head
from tests.engines.test_openai_compatible import asking, prompt


def saying(delay):
    return [stream_head(), delay, piece("yes", finish="stop")]


def test_a_server_that_hangs_delays_no_later_request():
    def plan(request):
        return saying(0.5 if request.number == 0 else 0.0)

    with asking(plan, concurrency=1) as (engine, stub):
        assert isinstance(engine, OpenLoop)
        start = clock()
        due = [start + 0.01 * n for n in range(10)]
        answers = engine.measure_at([prompt(str(n)) for n in range(10)], due)
        sent = [request.at for request in stub.requests]
        # All were sent while the first one hung: at its own limit of one call it would
        # have held the others back, and nobody would have seen their wait.
        assert max(sent) < start + 0.5
        assert answers[0].timing.total_ms >= 500
        assert [answer.prompt_id for answer in answers] == [str(n) for n in range(10)]


def test_a_late_start_counts():
    with asking(lambda _: saying(0.0)) as (engine, _):
        (answer,) = engine.measure_at([prompt()], [clock() - 0.2])
        assert answer.timing.ttft_ms >= 200


def test_a_loop_that_was_held_up_tells_so():
    async def work():
        await asyncio.sleep(0.02)
        time.sleep(0.03)
        await asyncio.sleep(0.02)
        return "done"

    ticker = Ticker()
    assert asyncio.run(ticker.beside(work())) == "done"
    # Due 5 ms after the tick before, it came when the loop was free again.
    assert max(ticker.take()) > 20
    assert ticker.take() == ()


def test_an_engine_tells_how_late_it_was_while_it_measured():
    with asking(lambda _: saying(0.02)) as (engine, _):
        assert engine.lateness_ms() == ()
        engine.measure(prompt())
        assert engine.lateness_ms()
