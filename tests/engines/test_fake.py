import pytest

from advisor.engines.base import EngineError, EngineSpec, Prompt, Timing
from advisor.engines.loading import open_engine


def engine(**options):
    return open_engine(EngineSpec(engine="fake", model="m", options=options))


def prompt(name, text="hello"):
    return Prompt(id=name, text=text, max_output_tokens=8)


def test_it_answers_by_id_then_by_text_then_by_default():
    opened = engine(outputs={"a": "by id", "Q": "by text"}, default="upper")
    given = [prompt("a", "Q"), prompt("b", "Q"), prompt("c", "low")]
    outputs = [answer.output for answer in opened.answer(given)]
    assert outputs == ["by id", "by text", "LOW"]


def test_it_fails_as_scripted_and_only_as_often():
    failure = {"code": "refusal", "kind": "model", "message": "no"}
    opened = engine(failures={"a": failure}, fail_first={"b": 1})
    assert opened.measure(prompt("a")).failure.code == "refusal"
    assert opened.measure(prompt("b")).failure.kind == "transport"
    assert opened.measure(prompt("b")).output == "hello"


def test_it_reports_the_latency_of_the_script():
    assert engine(latency_ms=50, ttft_ms=5).measure(prompt("a")).timing == Timing(
        ttft_ms=5, total_ms=50.0
    )
    assert engine().measure(prompt("a")).timing is None


def test_it_does_not_open_when_the_script_says_so():
    failure = {"code": "out_of_memory", "kind": "model", "message": "too large"}
    with pytest.raises(EngineError, match="too large"):
        engine(open_failure=failure).open()


def test_it_notes_every_call_in_a_file(tmp_path):
    path = tmp_path / "calls"
    list(engine(calls_file=str(path)).answer([prompt("a"), prompt("b")]))
    assert path.read_text() == "a\nb\n"
