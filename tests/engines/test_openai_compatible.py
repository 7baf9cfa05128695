"""Does the client say and understand what OpenAI-compatible servers do?"""

import os
import threading
from contextlib import contextmanager
from itertools import pairwise

import pytest

from advisor.engines.base import EngineError, EngineSpec, Prompt
from advisor.engines.loading import open_engine
from tests.engines.stub_server import Stub, chat, event, piece, reply, stream_head
from tests.services import wait_until


@contextmanager
def asking(plan, *, stub_options=None, **spec):
    with Stub(plan, **(stub_options or {})) as stub:
        given = {"api_key": "sk-test", "model": "m", **spec}
        engine = open_engine(
            EngineSpec(
                engine="openai",
                base_url=stub.url,
                allowed_private=(stub.host_port,),
                **given,
            )
        )
        try:
            yield engine, stub
        finally:
            engine.close()


def prompt(name="a", text="hi", **more):
    return Prompt(id=name, text=text, max_output_tokens=9, **more)


def one(engine, **more):
    (answer,) = engine.answer([prompt(**more)])
    return answer


def test_a_chat_answer_is_read_with_its_usage():
    with asking(lambda _: [reply(chat("yes", usage=(7, 2)))]) as (engine, _):
        answer = one(engine)
        assert (answer.output, answer.finish) == ("yes", "stop")
        assert (answer.prompt_tokens, answer.completion_tokens) == (7, 2)
        assert answer.tokens_origin == "reported"
        assert answer.timing.total_ms > 0
        assert engine.facts().versions == {"served_model": "served-name"}


def test_what_is_sent_is_what_the_prompt_says():
    with asking(lambda _: [reply(chat("yes"))]) as (engine, stub):
        one(engine, temperature=0.5, seed=3, stop=("\n",))
        (request,) = stub.requests
        assert request.line == "POST /v1/chat/completions HTTP/1.1"
        assert request.json == {
            "model": "m",
            "messages": [{"role": "user", "content": "hi"}],
            "max_tokens": 9,
            "temperature": 0.5,
            "seed": 3,
            "stop": ["\n"],
        }
        assert request.headers["authorization"] == "Bearer sk-test"
        assert request.headers["accept-encoding"] == "identity"


def test_a_completion_server_is_asked_without_chat():
    answered = reply({"choices": [{"text": "yes", "finish_reason": "length"}]})
    with asking(lambda _: [answered], chat=False, api_key="") as (engine, stub):
        answer = one(engine)
        assert (answer.output, answer.finish) == ("yes", "length")
        assert stub.requests[0].line.startswith("POST /v1/completions ")
        assert stub.requests[0].json["prompt"] == "hi"
        assert "authorization" not in stub.requests[0].headers


def test_tokens_that_are_not_reported_are_estimated_and_marked():
    with asking(lambda _: [reply(chat("12345678"))]) as (engine, _):
        answer = one(engine, text="x" * 40)
        assert (answer.prompt_tokens, answer.completion_tokens) == (10, 2)
        assert answer.tokens_origin == "estimated"


@pytest.mark.parametrize("usage", [(-1, 10**12), (True, 2.5), ("7", None)])
def test_a_usage_that_cannot_be_is_not_believed(usage):
    with asking(lambda _: [reply(chat("12345678", usage=usage))]) as (engine, _):
        assert one(engine).tokens_origin == "estimated"


def test_a_stream_is_stamped_piece_by_piece():
    steps = [
        stream_head(),
        event({"choices": [{"delta": {"role": "assistant", "content": ""}}]}),
        0.03,
        piece("Hel"),
        0.03,
        piece("lo"),
        piece(finish="stop"),
        event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}),
        event("[DONE]"),
    ]
    with asking(lambda _: steps) as (engine, stub):
        answer = engine.measure(prompt())
        assert (answer.output, answer.completion_tokens) == ("Hello", 4)
        assert len(answer.timing.token_ms) == 2
        assert answer.timing.ttft_ms == answer.timing.token_ms[0]
        assert answer.timing.total_ms == answer.timing.token_ms[-1]
        assert stub.requests[0].json["stream_options"] == {"include_usage": True}


def test_stamps_are_the_servers_own_write_times():
    steps = [stream_head(), 0.02, piece("a"), 0.02, piece("b"), 0.02, piece("c")]
    with asking(lambda _: [*steps, piece(finish="stop")]) as (engine, stub):
        # A server that is held up between its own note and its writing is asked again.
        for _ in range(10):
            stub.written.clear()
            answer = engine.measure(prompt())
            wrote = stub.written[1:4]
            seen = [at / 1000 for at in answer.timing.token_ms]
            own, gaps = ([b - a for a, b in pairwise(all_)] for all_ in (seen, wrote))
            if own == pytest.approx(gaps, abs=0.015):
                break
        assert own == pytest.approx(gaps, abs=0.015)


def test_a_stream_needs_no_done_and_no_usage():
    steps = [stream_head(), piece("Hi"), piece(finish="length")]
    with asking(lambda _: steps) as (engine, _):
        answer = engine.measure(prompt())
        assert (answer.output, answer.finish) == ("Hi", "length")
        assert answer.tokens_origin == "estimated"


def test_a_stream_that_stays_open_after_its_end_is_left():
    steps = [stream_head(), piece("Hi", finish="stop"), "hold"]
    options = {"limits": {"after_end_s": 0.05}}
    with asking(lambda _: steps, options=options) as (engine, _):
        assert engine.measure(prompt()).output == "Hi"


@pytest.mark.parametrize("end_comes", ["with the answer", "later", "never", "drips"])
def test_after_a_stream_the_connection_is_kept_where_the_server_keeps_it(end_comes):
    body = piece("Hi", finish="stop") + event("[DONE]")
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    head += b"Transfer-Encoding: chunked\r\n\r\n"
    said, end = b"%x\r\n%b\r\n" % (len(body), body), b"0\r\n\r\n"
    steps = {
        "with the answer": [head, said + end],
        "later": [head, said, 0.02, end],
        "never": [head, said, "hold"],
        "drips": [head, said, *[0.01, b"1\r\n\n\r\n"] * 200],
    }[end_comes]
    kept = end_comes in ("with the answer", "later")
    options = {} if kept else {"limits": {"after_end_s": 0.05}}
    keep = {"keep": True}
    with asking(lambda _: steps, stub_options=keep, options=options) as (engine, stub):
        outputs = [engine.measure(prompt(str(n))).output for n in range(3)]
        assert outputs == ["Hi"] * 3
        # Who is held up when the end comes may have left by then, though not each time.
        assert (stub.connections < 3) is kept


def test_a_server_that_does_not_stream_is_measured_whole():
    with asking(lambda _: [reply(chat("yes", usage=(1, 1)))]) as (engine, _):
        answer = engine.measure(prompt())
        assert answer.output == "yes"
        assert answer.timing.ttft_ms is None


def test_a_block_is_asked_several_at_a_time():
    def plan(request):
        return [0.05, reply(chat(request.prompt.upper()))]

    with asking(plan, concurrency=8) as (engine, stub):
        prompts = [prompt(str(n), text=f"word {n}") for n in range(24)]
        outputs = {a.prompt_id: a.output for a in engine.answer(prompts)}
        assert outputs == {str(n): f"WORD {n}" for n in range(24)}
        assert 2 < stub.most_at_once <= 8


def test_connections_are_used_again():
    plan = lambda _: [reply(chat("yes"))]  # noqa: E731
    with asking(plan, stub_options={"keep": True}, concurrency=1) as (engine, stub):
        list(engine.answer([prompt(str(n)) for n in range(5)]))
        assert stub.connections == 1


def test_an_engine_answers_block_after_block_and_after_closing():
    with asking(lambda _: [reply(chat("yes"))]) as (engine, _):
        assert one(engine).output == "yes"
        engine.close()
        assert one(engine).output == "yes"


def test_leaving_a_block_early_stops_its_calls():
    left = threading.Event()

    def plan(request):
        while request.number > 4 and not left.is_set():
            yield 0.005
        yield reply(chat("yes"))

    with asking(plan, concurrency=2) as (engine, stub):
        answers = engine.answer([prompt(str(n)) for n in range(50)])
        next(answers)
        answers.close()
        left.set()
        assert wait_until(lambda: engine.pace.under_way == 0)
        assert len(stub.requests) < 10


def test_a_server_that_wants_another_name_for_the_limit_gets_it():
    def plan(request):
        if "max_tokens" in request.json:
            told = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'."
            return [reply({"error": {"message": told}}, "400 Bad Request")]
        return [reply(chat("yes"))]

    with asking(plan) as (engine, stub):
        assert one(engine).output == "yes"
        assert one(engine).output == "yes"
        assert [r.json.get("max_completion_tokens") for r in stub.requests] == [
            None,
            9,
            9,
        ]


def test_a_prompt_that_the_server_cut_is_a_gap():
    with asking(lambda _: [reply(chat("yes", usage=(100, 1)))]) as (engine, _):
        answer = one(engine, text="many words " * 1000)
        assert answer.input_cut
        assert (answer.failure.kind, answer.failure.code) == ("input", "input_cut")
        assert answer.output is None
        assert answer.prompt_tokens == 100


def test_a_prompt_of_blanks_is_not_taken_for_cut():
    with asking(lambda _: [reply(chat("yes", usage=(30, 1)))]) as (engine, _):
        assert not one(engine, text="a" + " " * 4000 + "b").input_cut


def test_output_is_cleaned():
    with asking(lambda _: [reply(chat("a\x00b\ud800c🙂"))]) as (engine, _):
        assert one(engine).output == "a\ufffdb\ufffdc🙂"


@pytest.mark.parametrize(
    "key", ["two words", "line\nbreak", "tab\t", "ключ", "k" * 5000, "a\x00b", None]
)
def test_a_key_that_no_header_can_carry_is_refused(key):
    spec = EngineSpec(
        engine="openai", model="m", base_url="https://api.example.com/v1", api_key=key
    )
    with pytest.raises(EngineError) as caught:
        open_engine(spec).open()
    assert caught.value.failure.kind == "configuration"


def test_a_closed_address_is_refused_when_opening():
    spec = EngineSpec(
        engine="openai", model="m", base_url="https://10.0.0.1/v1", api_key="k"
    )
    with pytest.raises(EngineError, match="not reachable from here for safety"):
        open_engine(spec).open()


def test_the_servers_own_keys_and_proxies_are_never_sent(tmp_path):
    canaries = {
        "OPENAI_API_KEY": "sk-CANARY",
        "HF_TOKEN": "hf-CANARY",
        "HTTP_PROXY": "http://user:CANARY@127.0.0.1:1",
        "NETRC": str(tmp_path / "netrc"),
    }
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password CANARY\n")
    before = dict(os.environ)
    os.environ.update(canaries)
    try:
        with asking(lambda _: [reply(chat("yes"))], api_key="") as (engine, stub):
            assert one(engine).output == "yes"
            assert "CANARY" not in repr(stub.requests)
    finally:
        os.environ.clear()
        os.environ.update(before)


def test_the_key_is_hidden_in_what_the_server_says():
    told = {"error": {"message": "Incorrect API key provided: sk-test"}}
    with asking(lambda _: [reply(told, "401 Unauthorized")]) as (engine, _):
        message = one(engine).failure.message
        assert "••••" in message
        assert "sk-test" not in message


def test_a_kept_connection_that_the_server_closes_costs_nothing():
    served = set()

    def plan(request):
        # The second request on a connection meets a server that hangs up.
        fresh = request.connection not in served
        served.add(request.connection)
        return [reply(chat("yes"))] if fresh else ["reset"]

    with asking(plan, stub_options={"keep": True}, concurrency=1) as (engine, stub):
        answers = [engine.measure(prompt(str(n))) for n in range(3)]
        assert [answer.output for answer in answers] == ["yes"] * 3
        # Each was sent once for good; what was sent again had the same key.
        keys = [request.headers["idempotency-key"] for request in stub.requests]
        assert len(keys) == 5
        assert len(set(keys)) == 3
