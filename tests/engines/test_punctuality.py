"""Requests are sent when they are due, whatever happens to the others."""

import asyncio
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from advisor.engines.base import EngineSpec
from advisor.engines.openai_compatible import OpenAICompatible
from advisor.engines.punctuality import LEAD_S, OpenLoop, Ticker, wait_until
from advisor.engines.timing import clock
from tests import services as real
from tests.engines.stub_server import Stub, event, piece, reply, stream_head
from tests.engines.test_endpoint_faults import certificate
from tests.engines.test_openai_compatible import asking, prompt


def saying(delay):
    return [stream_head(), delay, piece("yes", finish="stop")]


def keeping(delay):
    """A stream after which the connection stays open."""
    body = piece("yes", finish="stop") + event("[DONE]")
    return [delay, reply(body, Content_Type="text/event-stream")]


def once_there_are(stub, count, *steps):
    """Yield the steps of an answer once so many requests have come."""
    while len(stub.requests) < count:
        yield 0.005
    yield from steps


@contextmanager
def engine_on(host_port, resolve=None):
    spec = EngineSpec(
        engine="openai",
        model="m",
        base_url=f"http://{host_port}/v1",
        api_key="",
        allowed_private=(host_port,),
    )
    engine = OpenAICompatible(spec, resolve=resolve)
    try:
        yield engine
    finally:
        engine.close()


def test_a_server_that_hangs_delays_no_later_request():
    def plan(request):
        # All are sent while the first one hangs: at its own limit of one call it would
        # hold the others back, and nobody would see their wait.
        until = 10 if request.prompt == "0" else 0
        return once_there_are(stub, until, *saying(0.0))

    with asking(plan, concurrency=1) as (engine, stub):
        assert isinstance(engine, OpenLoop)
        start = clock()
        due = [start + 0.01 * n for n in range(10)]
        prompts = [prompt(str(n), text=str(n)) for n in range(10)]
        answers = engine.measure_at(prompts, due)
        assert [answer.output for answer in answers] == ["yes"] * 10
        assert answers[0].timing.total_ms >= 90
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


def test_nothing_is_sent_before_it_is_due():
    with asking(lambda _: keeping(0.0), stub_options={"keep": True}) as (engine, stub):
        due = [clock() + LEAD_S + 0.02 * n for n in range(6)]
        engine.measure_at([prompt(str(n)) for n in range(6)], due)
        sent = [request.at for request in stub.requests]
        assert all(at > when for at, when in zip(sent, due, strict=True))


def test_waiting_ends_at_its_time_and_not_before():
    async def ends(at):
        await wait_until(at)
        return clock()

    for wait in (-1.0, 0.0, 0.0005, 0.01):
        at = clock() + wait
        assert asyncio.run(ends(at)) >= at


@pytest.mark.parametrize("secure", [False, True])
def test_connections_are_open_before_requests_are_due(secure, tmp_path):
    path, context = certificate(tmp_path, "127.0.0.1")
    stub_options = {"keep": True, "tls": context if secure else None}
    options = {"ca_file": str(path)} if secure else {}

    def plan(request):
        # All four requests of a round are under way before one is answered.
        round_ends = request.number - request.number % 4 + 4
        return once_there_are(stub, round_ends, *keeping(0.0))

    with asking(plan, stub_options=stub_options, options=options) as (engine, stub):
        engine.connect(4)
        # A server learns after its client that TLS is agreed.
        assert real.wait_until(lambda: stub.connections == 4)
        assert not stub.requests
        for _ in range(2):
            due = [clock() + LEAD_S] * 4
            answers = engine.measure_at([prompt(str(n)) for n in range(4)], due)
            assert [answer.output for answer in answers] == ["yes"] * 4
            engine.connect(4)
        assert stub.connections == 4
        assert {request.connection for request in stub.requests} == {1, 2, 3, 4}


def test_opening_a_connection_is_in_nobodys_time():
    looked_up = []

    def slowly(host, port):
        time.sleep(0.05)
        looked_up.append(clock())
        return ["127.0.0.1"]

    with (
        Stub(lambda _: saying(0.0)) as stub,
        engine_on(f"model.test:{stub.port}", slowly) as engine,
    ):
        answer = engine.measure(prompt())
        # From when the name was known to now there is room for the whole answer.
        assert answer.timing.total_ms <= (clock() - looked_up[0]) * 1000
        assert len(looked_up) == 1


def test_a_connection_that_cannot_be_opened_is_told_by_the_request():
    kept = {"port": real.free_port()}
    with asking(lambda _: saying(0.0), stub_options=kept) as (engine, stub):
        stub.stop()
        engine.connect(3)
        assert engine.measure(prompt()).failure.code == "not_connected"


def test_a_connection_that_was_closed_while_it_waited_is_opened_anew():
    with asking(lambda _: saying(0.0)) as (engine, stub):
        engine.connect(2)
        stub.hang_up()
        (answer,) = engine.measure_at([prompt()], [clock() + LEAD_S])
        assert answer.output == "yes"
        assert len(stub.requests) == 1


def test_a_request_goes_out_whole():
    with socket.create_server(("127.0.0.1", 0)) as server:
        reads = []

        def serve():
            peer, _ = server.accept()
            with peer:
                reads.append(peer.recv(1 << 20))
                peer.sendall(stream_head() + piece("yes", finish="stop"))

        serving = threading.Thread(target=serve)
        serving.start()
        with engine_on(f"127.0.0.1:{server.getsockname()[1]}") as engine:
            assert engine.measure(prompt(text="whole")).output == "yes"
        serving.join()
    (first,) = reads
    assert first.startswith(b"POST ")
    assert b"whole" in first.partition(b"\r\n\r\n")[2]
