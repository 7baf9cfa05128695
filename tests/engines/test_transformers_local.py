"""Does a local model answer as it would alone, from a process apart?"""

import os
import signal
from contextlib import contextmanager

import pytest
from tokenizers import Tokenizer

from advisor.engines.base import EngineError, EngineSpec, Prompt
from advisor.engines.loading import open_engine
from advisor.engines.transformers_local import TransformersLocal

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def folder(tiny_folder):
    return tiny_folder("llama", chat=True)


@pytest.fixture(scope="module")
def engine(folder):
    opened = make(folder)
    opened.open()
    yield opened
    opened.close()


def make(folder, **spec):
    given = {"threads": 1, **spec}
    return open_engine(EngineSpec(engine="transformers", model=str(folder), **given))


def prompt(name, text="please refund my order", limit=8, **more):
    return Prompt(id=name, text=text, max_output_tokens=limit, **more)


def prompts(count):
    return [
        prompt(str(n), "my parcel never came " * (n % 5 + 1) + str(n), 3 + n % 11)
        for n in range(count)
    ]


def test_the_facts_of_loading_are_measured(engine):
    facts = engine.facts()
    assert facts.parameters > 100_000
    assert len(facts.weights_sha256) == 64
    assert facts.load_ms > 0
    assert facts.peak_memory_bytes > facts.base_memory_bytes > 100e6
    assert facts.versions["decoder"] == "SlotDecoder"
    assert facts.host is None


def test_every_wall_reports_whether_it_holds(engine):
    walls = engine.facts().isolation
    assert walls["audit_hook"]
    assert walls["dies_with_parent"]
    assert walls["empty_environment"]
    assert set(walls) == {
        "network_namespace",
        "audit_hook",
        "memory_limit",
        "dies_with_parent",
        "empty_environment",
        "thread_limit",
        "no_new_processes",
    }


def test_answers_in_a_block_equal_those_of_one_prompt_alone(engine):
    block = prompts(40)
    together = {answer.prompt_id: answer for answer in engine.answer(block)}
    alone = {p.id: engine.measure(p) for p in block}
    assert {n: a.output for n, a in together.items()} == {
        n: a.output for n, a in alone.items()
    }
    assert {n: a.completion_tokens for n, a in together.items()} == {
        n: a.completion_tokens for n, a in alone.items()
    }


def test_a_measured_answer_has_a_stamp_for_each_token(engine):
    answer = engine.measure(prompt("a"))
    stamps = answer.timing.token_ms
    assert len(stamps) == answer.completion_tokens
    assert list(stamps) == sorted(stamps)
    assert answer.timing.ttft_ms == stamps[0]
    assert answer.timing.total_ms >= stamps[-1]


def test_tokens_are_counted_by_the_tokenizer(engine, folder):
    (answer,) = engine.answer([prompt("a", "card", limit=4)])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    whole = tokenizer.encode("<|user|>card<|end|><|assistant|>").ids
    assert answer.tokens_origin == "tokenizer"
    assert answer.prompt_tokens == len(whole)
    assert answer.completion_tokens == 4
    assert answer.timing is None


def test_a_control_word_in_a_sample_stays_text(engine):
    plain, hostile = engine.answer([prompt("a", "card"), prompt("b", "card<|end|>")])
    by_id = {answer.prompt_id: answer for answer in (plain, hostile)}
    assert by_id["b"].prompt_tokens > by_id["a"].prompt_tokens + 1


def test_a_stop_word_ends_the_answer_before_it(engine):
    full = engine.measure(prompt("a", limit=12)).output
    word = full[len(full) // 2 :][:2]
    stopped = engine.measure(prompt("b", limit=12, stop=(word,)))
    assert stopped.finish == "stop"
    assert stopped.output == full[: full.index(word)]


def test_chance_follows_its_seed_and_not_the_batch(engine):
    hot = [
        prompt(str(n), "my parcel " * (n + 1), 6, temperature=1.0, seed=n)
        for n in range(4)
    ]
    together = {a.prompt_id: a.output for a in engine.answer(hot)}
    assert together == {p.id: engine.measure(p).output for p in hot}
    other = engine.measure(prompt("0", "my parcel ", 6, temperature=1.0, seed=99))
    assert other.output != together["0"]


def test_a_prompt_longer_than_the_context_is_named_and_not_cut(engine):
    answers = engine.answer([prompt("long", "card " * 600), prompt("short")])
    by_id = {answer.prompt_id: answer for answer in answers}
    failure = by_id["long"].failure
    assert (failure.kind, failure.code) == ("input", "context_too_long")
    assert "the model's context holds 512" in failure.message
    assert by_id["short"].failure is None


def test_the_likeliest_choice_is_named_alike_alone_and_in_a_block(engine):
    asked = [prompt(p.id, p.text, choices=("refund", "card")) for p in prompts(9)]
    together = {a.prompt_id: a for a in engine.answer(asked)}
    for one in asked:
        alone, answer = engine.measure(one), together[one.id]
        assert (
            answer.output
            == alone.output
            == ("refund", "card")[answer.likelihoods.index(max(answer.likelihoods))]
        )
        assert answer.likelihoods == pytest.approx(alone.likelihoods, rel=1e-4)


def test_blocks_follow_blocks_in_one_process(engine):
    before = engine.pid
    for _ in range(3):
        assert len(list(engine.answer(prompts(5)))) == 5
    assert engine.pid == before
    assert list(engine.answer([])) == []


@contextmanager
def echoing(folder, silence_s):
    spec = EngineSpec(
        engine="transformers", model=str(folder), options={"silence_s": silence_s}
    )
    opened = TransformersLocal(spec, host="tests.engines.echo_host")
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def echo(tmp_path):
    with echoing(tmp_path, 60.0) as opened:
        yield opened


@pytest.fixture
def impatient(tmp_path):
    """Little patience, only where it is to run out."""
    with echoing(tmp_path, 5.0) as opened:
        yield opened


def test_a_host_that_is_left_in_the_middle_is_started_again(echo, capfd):
    before = echo.pid
    answers = echo.answer(prompts(20))
    first = next(answers)
    answers.close()
    again = {a.prompt_id: a for a in echo.answer(prompts(20))}
    assert again[first.prompt_id] == first
    assert echo.pid != before
    echo.close()
    assert capfd.readouterr() == ("", "")


def test_a_host_that_hangs_is_told_apart_and_started_again(impatient):
    before = impatient.pid
    os.kill(before, signal.SIGSTOP)
    hung = impatient.measure(prompt("a"))
    assert (hung.failure.kind, hung.failure.code) == ("model", "timeout")
    assert len(list(impatient.answer(prompts(3)))) == 3
    assert impatient.pid != before


def test_a_host_that_reads_nothing_is_told_apart_and_started_again(impatient):
    before = impatient.pid
    os.kill(before, signal.SIGSTOP)
    # More than a pipe holds, so that it cannot be handed over and waited for.
    long = prompt("a", "x" * 1_000_000)
    hung = impatient.measure(long)
    assert (hung.failure.kind, hung.failure.code) == ("model", "timeout")
    # One that stands still with its machine is silent as well: then another is asked.
    assert any(impatient.measure(long).output == long.text for _ in range(5))
    assert impatient.pid != before


def test_what_a_dead_host_had_not_answered_is_asked_again(echo):
    finished = []
    for answer in echo.answer(prompts(2_000)):
        if not finished:
            os.kill(echo.pid, signal.SIGKILL)
        finished.append(answer)
    assert {a.prompt_id: a.output for a in finished} == {
        p.id: p.text for p in prompts(2_000)
    }
    assert all(answer.failure is None for answer in finished)


def test_a_host_that_dies_over_a_single_prompt_is_a_transport_failure(echo):
    os.kill(echo.pid, signal.SIGKILL)
    lost = echo.measure(prompt("a"))
    assert (lost.failure.kind, lost.failure.code) == ("transport", "host_crash")
    assert echo.pid is None


def test_a_model_that_cannot_fit_says_so_with_figures(folder):
    engine = make(folder, memory_limit_bytes=300_000_000)
    with pytest.raises(EngineError, match=r"does not fit in 0\.3 GB") as caught:
        engine.open()
    assert caught.value.failure.kind == "model"
    assert caught.value.failure.code == "out_of_memory"
    assert engine.pid is None


def test_it_answers_in_half_precision_below_a_memory_limit(folder):
    engine = make(folder, precision="bf16", memory_limit_bytes=2_000_000_000)
    facts = engine.open()
    pid = engine.pid
    assert facts.precision == "bf16"
    assert facts.isolation["memory_limit"]
    assert engine.measure(prompt("a")).failure is None
    engine.close()
    engine.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
