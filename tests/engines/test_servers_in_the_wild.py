"""What do servers that people run really answer, and is it understood?"""

import pytest

from advisor.engines.fetching import fetch
from advisor.engines.safe_http import Limits
from tests.engines.stub_server import Stub, chat, event, piece, reply, stream_head
from tests.engines.test_endpoint_faults import GOOD, QUICK, failure_of
from tests.engines.test_fetching import refused, source
from tests.engines.test_openai_compatible import asking, one, prompt

DONE = event("[DONE]")
WORDS = "word " * 600


def asked(answered, *, text="hi", **options):
    with asking(lambda _: [answered], options={**QUICK, **options}) as (engine, _):
        return one(engine, text=text)


def streamed(*steps, **options):
    made = [stream_head(), *steps]
    with asking(lambda _: made, options={**QUICK, **options}) as (engine, _):
        return engine.measure(prompt())


def refusal(message, status, **more):
    return reply({"error": {"message": message, **more}}, status)


def test_calls_under_way_together_all_learn_the_name_of_the_limit():
    told = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."

    def plan(request):
        wrong = "max_tokens" in request.json
        return [0.1, refusal(told, "400 X")] if wrong else [GOOD]

    with asking(plan, options=QUICK, concurrency=4) as (engine, _):
        answers = list(engine.answer([prompt(str(n)) for n in range(6)]))
        assert [answer.output for answer in answers] == ["yes"] * 6


def test_a_server_that_knows_no_seed_is_asked_without():
    told = [{"type": "extra_forbidden", "loc": ["body", "seed"]}]

    def plan(request):
        return [reply({"detail": told}, "422 X") if "seed" in request.json else GOOD]

    with asking(plan, options=QUICK) as (engine, stub):
        assert one(engine, seed=3).output == "yes"
        assert one(engine, seed=4).output == "yes"
        assert len(stub.requests) == 3


@pytest.mark.parametrize(
    "told",
    [
        "Unsupported value: 'temperature' does not support 0 with this model. Only the"
        " default (1) value is supported.",
        "Unsupported parameter: 'temperature' is not supported with this model.",
        "`temperature` is deprecated for this model.",
        "invalid temperature: only 1 is allowed for this model",
    ],
)
def test_a_model_that_draws_as_it_likes_is_asked_without_a_temperature(told):
    def plan(request):
        return [refusal(told, "400 X") if "temperature" in request.json else GOOD]

    with asking(plan, options=QUICK) as (engine, stub):
        assert one(engine, seed=3).output == "yes"
        answer = one(engine, seed=3)
        assert (answer.output, answer.repeatable) == ("yes", False)
        assert len(stub.requests) == 3
        assert engine.facts().not_sent == ("temperature",)


def test_a_temperature_out_of_range_is_a_wrong_setting():
    told = "temperature: Input should be less than or equal to 1"
    with asking(lambda _: [refusal(told, "400 X")], options=QUICK) as (engine, _):
        assert one(engine, temperature=1.5).failure.kind == "configuration"


def test_usage_of_nothing_is_not_believed():
    answer = asked(reply(chat("yes, I do", usage=(0, 0))), text=WORDS)
    assert (answer.output, answer.tokens_origin) == ("yes, I do", "estimated")
    assert answer.prompt_tokens > 600
    assert answer.completion_tokens > 0


def test_an_empty_answer_may_have_cost_no_token():
    answer = asked(reply(chat("", usage=(4, 0))))
    assert (answer.completion_tokens, answer.tokens_origin) == (0, "reported")


def test_usage_may_come_in_parts():
    answer = streamed(
        piece("Hi", usage={"prompt_tokens": 5, "completion_tokens": 0}),
        piece(finish="stop", usage={"completion_tokens": 7}),
        event({"choices": [], "usage": {}}),
        DONE,
    )
    assert (answer.prompt_tokens, answer.completion_tokens) == (5, 7)
    assert answer.tokens_origin == "reported"


@pytest.mark.parametrize(
    ("told", "cached", "tokens"), [(900, 800, 900), (3, 900, 903), (0, 900, 900)]
)
def test_what_a_server_took_from_its_cache_was_not_cut(told, cached, tokens):
    found = chat("yes", usage=(told, 1))
    found["usage"]["prompt_tokens_details"] = {"cached_tokens": cached}
    assert asked(reply(found), text=WORDS).prompt_tokens == tokens


def test_thoughts_are_tokens_too():
    answer = asked(reply(chat("", reasoning_content="Let me think. " * 50)))
    assert (answer.output, answer.tokens_origin) == ("", "estimated")
    assert answer.completion_tokens > 100


@pytest.mark.parametrize(
    ("usage", "total", "cached", "tokens"),
    [
        ((20, 198), 623, 0, (20, 603)),
        ((20, 198), 623, 12, (20, 603)),
        ((21, 0), 81, 0, (21, 60)),
        ((20, 198), 218, 12, (20, 198)),
        ((20, 198), 220, 2, (20, 198)),
        ((20, 198), 3, 0, (20, 198)),
        ((20, 198), None, 0, (20, 198)),
    ],
    ids=[
        "thoughts apart",
        "and some cached",
        "thoughts alone",
        "all in all",
        "cached apart",
        "a total that is none",
        "no total",
    ],
)
def test_thoughts_that_are_counted_in_the_total_alone_are_billed_too(
    usage, total, cached, tokens
):
    found = chat("yes", usage=usage)
    found["usage"] |= {"total_tokens": total}
    found["usage"]["prompt_tokens_details"] = {"cached_tokens": cached}
    answer = asked(reply(found))
    assert (answer.prompt_tokens, answer.completion_tokens) == tokens
    assert answer.tokens_origin == "reported"


def test_what_a_model_thought_and_wrote_may_come_in_parts():
    thinks = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm. " * 99}]}
    wrote = [{"type": "text", "text": "ye"}, {"type": "text", "text": "s"}]
    answer = asked(reply(chat([thinks, *wrote])))
    assert answer.output == "yes"
    assert answer.completion_tokens > 90
    made = [stream_head(), piece([thinks]), piece(wrote, finish="stop"), DONE]
    with asking(lambda _: made) as (engine, _):
        answer = engine.measure(prompt())
        assert (answer.output, len(answer.timing.token_ms)) == ("yes", 2)


def test_a_refusal_costs_what_its_server_told():
    answer = asked(reply(chat("x", usage=(7, 2), finish_reason="content_filter")))
    assert (answer.output, answer.failure.code) == (None, "content_filter")
    assert (answer.prompt_tokens, answer.completion_tokens) == (7, 2)
    assert answer.tokens_origin == "reported"


@pytest.mark.parametrize("ended", ["error", "abort", "insufficient_system_resource"])
def test_an_answer_that_its_server_gave_up_is_not_scored(ended):
    failure, _ = failure_of([reply(chat("ha", finish_reason=ended))])
    assert (failure.kind, failure.code) == ("transport", "server_error")
    assert streamed(piece("ha", finish=ended), DONE).output is None


@pytest.mark.parametrize(
    ("ended", "finish"),
    [
        ("MAX_TOKENS", "length"),
        ("model_length", "length"),
        ("eos", "stop"),
        ("stop_sequence", "stop"),
        (None, "stop"),
    ],
)
def test_every_server_has_its_word_for_an_end(ended, finish):
    assert asked(reply(chat("x", finish_reason=ended))).finish == finish


def test_a_choice_without_a_delta_brings_nothing():
    note = {"index": 0, "finish_reason": None, "content_filter_results": {}}
    late = event({"model": "", "choices": [note]})
    made = [stream_head(), late, piece("a"), late, piece("b", finish="stop"), DONE]
    with asking(lambda _: made) as (engine, _):
        answer = engine.measure(prompt())
        assert answer.output == "ab"
        assert len(answer.timing.token_ms) == 2
        assert engine.facts().versions == {"served_model": "served-name"}


def test_a_whole_message_may_come_as_a_stream():
    assert streamed(event(chat("yes")), DONE).output == "yes"
    made = [stream_head(), piece("y"), piece("es", finish="stop"), DONE]
    with asking(lambda _: made) as (engine, _):
        answer = one(engine)
        assert (answer.output, answer.timing.ttft_ms) == ("yes", None)


def test_blanks_around_what_a_stream_says_are_nothing():
    blank = b"data:  \n\n"
    answer = streamed(piece("a"), blank, piece("b"), b"data: [DONE] \n\n")
    assert (answer.output, answer.finish) == ("ab", "stop")


def test_a_function_that_is_called_is_no_text():
    failure, _ = failure_of([reply(chat(None, function_call={"name": "f"}))])
    assert failure.code == "tool_call"


def test_another_answer_to_the_same_prompt_is_not_mixed_in():
    other = {"index": 1, "delta": {"content": "ZZ"}, "finish_reason": "stop"}
    beside = event({"choices": [other]})
    answer = streamed(piece("a"), beside, piece("b", finish="stop"), DONE)
    assert answer.output == "ab"


def test_a_piece_need_not_say_of_which_answer_it_is():
    unnumbered = event({"choices": [{"delta": {"content": "b"}}]})
    whole = event({"choices": [{"message": {"content": "abc"}}]})
    answer = streamed(piece("a"), unnumbered, piece("c", finish="stop"), whole, DONE)
    assert answer.output == "abc"


def test_a_character_in_two_halves_is_one():
    first = b'data: {"choices": [{"delta": {"content": "a\\ud83d"}}]}\n\n'
    second = b'data: {"choices": [{"delta": {"content": "\\ude00b\\ud83d"}}]}\n\n'
    assert streamed(first, second, DONE).output == "a\U0001f600b\ufffd"


def test_an_empty_stream_took_until_its_end_and_not_until_it_was_closed():
    wait_s = 0.3
    # A machine that stands still meanwhile is asked again.
    for _ in range(10):
        answer = streamed(piece("", finish="stop"), wait_s, DONE)
        assert answer.output == ""
        assert answer.timing.ttft_ms is None
        if answer.timing.total_ms < wait_s * 1000:
            break
    assert answer.timing.total_ms < wait_s * 1000


def test_a_type_may_be_written_in_capitals():
    head = stream_head().replace(b"text/event-stream", b"Text/Event-Stream")
    made = [head, piece("Hi", finish="stop"), DONE]
    with asking(lambda _: made) as (engine, _):
        assert engine.measure(prompt()).output == "Hi"


def test_the_end_of_the_time_does_not_take_an_answer_that_is_whole():
    late = {"after_end_s": 60.0}
    answer = streamed(piece("Hi", finish="stop"), "hold", total_s=3.0, limits=late)
    assert answer.output == "Hi"


@pytest.mark.parametrize("stream", [False, True])
def test_a_head_that_comes_early_does_not_shorten_the_wait(stream):
    head, _, body = GOOD.partition(b"\r\n\r\n")
    steps = [head + b"\r\n\r\n", 0.6, body]
    if stream:
        steps = [stream_head(), 0.6, piece("yes", finish="stop"), DONE]
    options = {**QUICK, "limits": {"gap_s": 0.3}}
    with asking(lambda _: steps, options=options) as (engine, _):
        answer = engine.measure(prompt()) if stream else one(engine)
        assert answer.output == "yes"


def test_any_status_of_success_brings_an_answer():
    assert asked(reply(chat("yes"), "201 Created")).output == "yes"
    with Stub(lambda _: [reply(b"{}", "203 X")]) as stub:
        assert fetch(source(stub), "/models") == b"{}"


@pytest.mark.parametrize(
    "refused",
    [
        reply(b"\x1f\x8b\x08", "401 X", Content_Encoding="gzip"),
        b"HTTP/1.1 401 X\r\nContent-Length: 99\r\n\r\n{",
        reply(b" " * 5_000_000, "401 X"),
    ],
    ids=["compressed", "cut short", "too large"],
)
def test_a_status_counts_whatever_becomes_of_its_reason(refused):
    failure, calls = failure_of([refused])
    assert (failure.code, calls) == ("unauthorised", 1)
    assert "\x1f" not in failure.message
    assert "\ufffd" not in failure.message


def test_a_reason_that_never_comes_is_not_waited_for_to_the_end():
    head = b"HTTP/1.1 401 X\r\nContent-Length: 99\r\n\r\n"
    options = {**QUICK, "limits": {"gap_s": 0.2}}
    failure, _ = failure_of([head, "hold"], options=options)
    assert failure.code == "unauthorised"
    with Stub(lambda _: [head, "hold"]) as stub:
        limits = Limits(gap_s=0.2)
        assert refused(source(stub, limits=limits)) == "unauthorised"


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("the request exceeds the available context size, increase it", "400 X"),
        ("`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000", "422 X"),
        ("The decoder prompt is longer than the maximum model length of 9", "400 X"),
        ("Requested input length 40 exceeds maximum input length 32", "400 X"),
        ("The input token count (12) exceeds the maximum number of tokens", "400 X"),
        ("Input is too long for requested model.", "400 X"),
        ("Request too large for m on tokens per min: Limit 9, Requested 12", "429 X"),
    ],
)
def test_a_prompt_that_is_too_long_stops_no_candidate(told, status):
    failure, _ = failure_of([refusal(told, status)])
    assert (failure.kind, failure.code) == ("input", "context_too_long")


@pytest.mark.parametrize(
    ("told", "status", "code"),
    [
        ("Your chosen model requires moderation and your input was flagged", 403, 403),
        ("Your prompt was flagged by our usage policy.", 400, "invalid_prompt"),
        ("Input data may be bad", 400, "data_inspection_failed"),
    ],
)
def test_a_prompt_that_is_moderated_stops_no_candidate(told, status, code):
    failure, _ = failure_of([refusal(told, f"{status} X", code=code)])
    assert (failure.kind, failure.code) == ("model", "content_filter")


def test_a_server_that_asks_to_wait_for_too_many_tokens_is_waited_for():
    told = "Too many tokens, please wait before trying again."
    with asking(
        lambda one: [GOOD if one.number else refusal(told, "429 X")], options=QUICK
    ) as (engine, stub):
        assert one(engine).output == "yes"
        assert len(stub.requests) == 2


def test_a_limit_that_leaves_no_room_stops_no_candidate():
    told = "Could not finish the message because max_tokens or model output limit was"
    failure, _ = failure_of([refusal(f"{told} reached.", "400 X")])
    assert (failure.kind, failure.code) == ("model", "output_limit")


def test_an_account_that_is_flagged_is_no_prompt_that_is():
    failure, _ = failure_of([refusal("Your account has been flagged.", "403 X")])
    assert failure.kind == "configuration"


@pytest.mark.parametrize("status", ["424", "498", "499"])
def test_a_status_outside_the_standard_may_pass(status):
    failure, calls = failure_of([reply(b"", f"{status} X")])
    assert (failure.kind, calls) == ("transport", 5)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "context_too_long"),
        (401, "unauthorised"),
        (429, "rate_limited"),
        ("429", "rate_limited"),
    ],
)
def test_an_error_inside_a_success_means_what_its_status_says(status, code):
    error = {"message": "the maximum context length is 9", "code": status}
    if status != 400:
        error["message"] = "no"
    once = {"retries": {"errors": 1, "rate_waits": 0}}
    failure, _ = failure_of([reply({"error": error})], options=once)
    assert failure.code == code
    assert streamed(event({"error": error})).failure.code == code


def test_an_error_after_some_text_is_no_refusal():
    error = {"message": "no", "code": 429}
    failure = streamed(piece("half"), event({"error": error})).failure
    assert failure.code == "server_error"


@pytest.mark.parametrize("shown", [60, 20, 9])
def test_a_key_that_is_cut_short_in_what_a_server_says_is_hidden(shown):
    key = "sk-" + "".join(chr(97 + n % 26) for n in range(61))
    told = "x" * (300 - shown) + key
    failure, _ = failure_of([refusal(told, "401 X")], api_key=key)
    assert "••••" in failure.message
    assert key[:8] not in failure.message


def test_a_key_is_hidden_in_the_name_of_a_model_and_names_have_an_end():
    key = "sk-abcdefghijklmnop"

    def plan(request):
        name = request.headers["authorization"] if request.number == 0 else None
        return [reply({**chat("yes"), "model": name or f"m{request.number:03}"})]

    with asking(plan, api_key=key, concurrency=1) as (engine, _):
        list(engine.answer([prompt(str(n)) for n in range(40)]))
        served = engine.facts().versions["served_model"]
    assert key not in served
    assert served.startswith("Bearer ••••, m001")
    assert served.count(",") < 40


def test_a_kept_connection_that_closes_late_may_have_cost_a_call():
    served = set()

    def plan(request):
        fresh = request.connection not in served
        served.add(request.connection)
        return [GOOD] if fresh else [3.3, "reset"]

    kept = {"keep": True}
    with asking(plan, stub_options=kept, options=QUICK) as (engine, stub):
        assert engine.measure(prompt("0")).output == "yes"
        failure = engine.measure(prompt("1")).failure
        assert (failure.kind, failure.code) == ("transport", "connection_lost")
        assert len(stub.requests) == 2
