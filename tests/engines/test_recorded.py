import json

import pytest

from advisor.engines.base import EngineError, EngineSpec, Prompt, Timing
from advisor.engines.loading import open_engine
from advisor.engines.recorded import parse_recorded


def line(**keys):
    return json.dumps(keys)


def engine(*lines):
    spec = EngineSpec(engine="recorded", model="old", recorded="\n".join(lines))
    return open_engine(spec)


def prompt(name):
    return Prompt(id=name, text="?", max_output_tokens=8)


def test_it_answers_by_id_with_everything_that_was_recorded():
    opened = engine(
        line(
            id="a",
            output="yes",
            score=0.5,
            latency_ms=120,
            ttft_ms=40,
            prompt_tokens=7,
            completion_tokens=2,
            cost_usd=0.001,
        )
    )
    opened.open()
    (answer,) = opened.answer([prompt("a")])
    assert answer.output == "yes"
    assert answer.finish == "stop"
    assert answer.timing == Timing(ttft_ms=40.0, total_ms=120.0)
    assert (answer.prompt_tokens, answer.completion_tokens) == (7, 2)
    assert answer.tokens_origin == "reported"
    assert (answer.score, answer.cost_usd) == (0.5, 0.001)


def test_what_was_not_recorded_is_none_and_never_zero():
    (answer,) = engine(line(id=3, output="x")).answer([prompt("3")])
    assert answer.timing is None
    assert (answer.cost_usd, answer.score) == (None, None)


def test_missing_token_counts_are_estimated_and_marked_so():
    asked = Prompt(id="a", text="twelve chars", max_output_tokens=8)
    (answer,) = engine(line(id="a", output="eight ch")).answer([asked])
    assert (answer.prompt_tokens, answer.completion_tokens) == (3, 2)
    assert answer.tokens_origin == "estimated"
    (half,) = engine(line(id="a", output="x", prompt_tokens=9)).answer([asked])
    assert (half.prompt_tokens, half.completion_tokens) == (9, 1)
    assert half.tokens_origin == "estimated"


def test_an_error_without_counts_has_no_tokens():
    (answer,) = engine(line(id="a", error="refused")).answer([prompt("a")])
    assert (answer.prompt_tokens, answer.completion_tokens) == (None, None)
    assert answer.tokens_origin is None


def test_an_empty_output_is_an_answer():
    (answer,) = engine(line(id="a", output="")).answer([prompt("a")])
    assert answer.output == ""
    assert answer.failure is None


def test_a_missing_id_is_a_gap():
    (answer,) = engine(line(id="a", output="x")).answer([prompt("b")])
    assert answer.output is None
    assert (answer.failure.kind, answer.failure.code) == ("transport", "not_recorded")
    assert '"b"' in answer.failure.message


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("refused", "model"),
        ("transport: reset", "transport"),
        ("Transport", "transport"),
    ],
)
def test_a_recorded_error_is_the_models_unless_it_says_transport(error, kind):
    (answer,) = engine(line(id="a", error=error, output="half")).answer([prompt("a")])
    assert answer.output is None
    assert answer.failure.kind == kind


def test_an_error_of_null_is_none():
    (answer,) = engine(line(id="a", output="x", error=None)).answer([prompt("a")])
    assert answer.failure is None


def test_it_tells_every_wrong_line():
    rows, problems = parse_recorded(
        "\n".join(
            [
                line(id="a", output="fine"),
                "{broken",
                "[1]",
                line(output="x"),
                line(id="", output="x"),
                line(id="c"),
                line(id="d", output=7),
                line(id="e", output="x", score=1.5),
                line(id="f", output="x", latency_ms=-1),
                line(id="g", output="x", prompt_tokens=1.5),
                line(id="h", output="x", cost_usd=True),
                line(id="i", output="x", latency_ms=1, ttft_ms=2),
                line(id="a", output="again"),
                "",
                line(id="z", output="fine"),
            ]
        )
    )
    assert [row.id for row in rows] == ["a", "z"]
    assert [problem.line for problem in problems] == list(range(2, 14))
    said = {problem.line: problem.message for problem in problems}
    assert said[3] == "not an object: [1]"
    assert said[4] == '"id" is missing'
    assert said[6] == 'neither "output" nor "error" is given'
    assert said[8] == '"score" must be between 0 and 1, got 1.5'
    assert said[10] == '"prompt_tokens" must be a whole number, got 1.5'
    assert said[12] == "ttft_ms 2 is later than latency_ms 1"
    assert said[13] == 'id "a" is already in line 1'


def test_an_empty_file_is_a_problem():
    assert parse_recorded("\n \n")[1][0].message == "the file holds no answer"


def test_a_byte_order_mark_and_windows_lines_are_read():
    rows, problems = parse_recorded('\ufeff{"id": "a", "output": "x"}\r\n')
    assert not problems
    assert rows[0].id == "a"


def test_blanks_around_an_id_are_no_part_of_it_as_in_a_sample_file():
    twice = [line(id=" a ", output="x"), line(id="a", output="x")]
    (answer,) = engine(twice[0]).answer([prompt("a")])
    assert answer.output == "x"
    _, problems = parse_recorded("\n".join(twice))
    assert problems[0].message == 'id "a" is already in line 1'


def test_what_a_database_refuses_is_cleaned():
    rows, _ = parse_recorded(r'{"id": "a", "output": "x\u0000\ud800"}')
    assert rows[0].output == "x\ufffd\ufffd"


def test_opening_wrong_lines_is_a_configuration_error():
    with pytest.raises(EngineError, match="line 1: not valid JSON") as caught:
        engine("{").open()
    assert caught.value.failure.kind == "configuration"
