from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.architecture import from_config
from advisor.sizing.errors import SizingError
from advisor.sizing.measurement import Figure
from advisor.sizing.memory import Work, activation_bytes, predict
from advisor.sizing.overhead import TRANSFORMERS_CPU, Overhead
from tests.sizing.test_architecture import DEEPSEEK_V3, QWEN3

SHAPE = from_config(QWEN3, 596_049_920)
WORK = Work(prompt_tokens=512, output_tokens=64, sequences=8)
PLAIN = Overhead(base=(1e9, 9e8, 1.1e9), factor=(1.0, 0.5, 2.0), how="made up")


def part(memory, name):
    return memory.parts[name].value


def test_it_adds_up_its_parts():
    found = predict(SHAPE, "bf16", WORK, engine=PLAIN)
    assert part(found, "weights") == pytest.approx(1.19209984)
    # 8 sequences of 576 tokens at 112 KiB
    assert part(found, "cache") == pytest.approx(8 * 576 * 114_688 / 1e9)
    # 512 tokens x (4 x 1024 + 3 x 3072) x 2 bytes and a mask of 3 bytes a pair, 8 times
    active = 8 * (512 * 13_312 * 2 + 512 * 512 * 3) / 1e9
    assert part(found, "activations") == pytest.approx(active)
    assert found.peak.value == pytest.approx(
        1 + part(found, "weights") + part(found, "cache") + active
    )
    assert found.peak.origin == "estimated"


def test_its_ends_are_those_of_what_was_fitted():
    found = predict(SHAPE, "bf16", WORK, engine=PLAIN)
    active = part(found, "activations")
    assert found.peak.low == pytest.approx(found.peak.value - 0.1 - active / 2)
    assert found.peak.high == pytest.approx(found.peak.value + 0.1 + active)


def test_scoring_all_positions_makes_logits_the_largest_part():
    # The thread lm-evaluation-harness 3654 reports 31.5 GiB for 64 x 500 x 262,144 x 4:
    # one copy in fp32. Half precision holds one in 16 bits beside it.
    wide = replace(SHAPE, vocabulary=262_144)
    work = Work(prompt_tokens=500, output_tokens=0, sequences=64, logits_kept=500)
    logits = part(predict(wide, "bf16", work, engine=PLAIN), "logits")
    assert logits == pytest.approx(64 * 500 * 262_144 * 6 / 1e9, rel=0.01)
    assert predict(wide, "bf16", work, engine=PLAIN).peak.value > logits


def test_converting_holds_both_precisions():
    small = Work(prompt_tokens=8, output_tokens=1)
    found = predict(SHAPE, "bf16", small, engine=PLAIN, stored="fp32")
    assert part(found, "loading") == pytest.approx(596_049_920 * 4 / 1e9)
    assert found.peak.value == pytest.approx(1 + 596_049_920 * 6 / 1e9)
    same = predict(SHAPE, "bf16", small, engine=PLAIN, stored="bf16")
    assert "loading" not in same.parts


def test_an_engine_that_packs_prompts_reads_a_pass_of_them_at_a_time():
    packing = replace(PLAIN, packs_tokens=1024, packed_factor=(2.0, 1.0, 3.0))
    row = (4 * 1024 + 3 * 3072) * 2
    for prompt, rows, read in [(64, 4, 256), (512, 8, 1024), (1500, 2, 1500)]:
        work = Work(prompt_tokens=prompt, output_tokens=64, sequences=rows)
        found = predict(SHAPE, "bf16", work, engine=packing)
        assert part(found, "activations") == pytest.approx(2 * read * row / 1e9)
    sliding = from_config(QWEN3 | {"sliding_window": 128}, 596_049_920)
    found = predict(sliding, "bf16", WORK, engine=packing)
    assert found.parts == predict(sliding, "bf16", WORK, engine=PLAIN).parts


def test_an_engine_that_reads_whole_texts_holds_them_beyond_the_window():
    sliding = from_config(QWEN3 | {"sliding_window": 128}, 596_049_920)
    cut = predict(sliding, "bf16", WORK, engine=PLAIN)
    whole = predict(sliding, "bf16", WORK, engine=replace(PLAIN, reads_whole=True))
    assert part(cut, "cache") == pytest.approx(8 * 128 * 114_688 / 1e9)
    assert part(whole, "cache") == pytest.approx(8 * 512 * 114_688 / 1e9)


def test_an_engine_that_packs_experts_holds_them_twice():
    shape = from_config(DEEPSEEK_V3, 671 * 10**9)
    packed = predict(shape, "bf16", WORK, engine=replace(PLAIN, packs_experts=True))
    plain = predict(shape, "bf16", WORK, engine=PLAIN)
    twice = part(packed, "weights") - part(plain, "weights")
    assert twice == pytest.approx(shape.expert_parameters * 2 / 1e9)


def test_scores_that_are_written_out_grow_with_the_square():
    shape = from_config(DEEPSEEK_V3)
    one, two = (
        activation_bytes(shape, Work(prompt_tokens=n, output_tokens=1), 2.0)
        for n in (10_000, 20_000)
    )
    assert two / one > 3.5


def test_prompts_in_chunks_need_less():
    chunked = replace(WORK, chunk=64)
    assert (
        activation_bytes(SHAPE, chunked, 2.0) < activation_bytes(SHAPE, WORK, 2.0) / 7
    )


def test_measured_weights_replace_the_estimate():
    found = predict(SHAPE, "bf16", WORK, engine=PLAIN, weights=Figure(2e9))
    assert part(found, "weights") == 2.0


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 4000),
    st.integers(0, 500),
    st.integers(1, 64),
    st.sampled_from(["fp32", "bf16", "int4"]),
)
def test_more_work_never_needs_less_memory(prompt, output, rows, precision):
    work = Work(prompt_tokens=prompt, output_tokens=output, sequences=rows)
    base = predict(SHAPE, precision, work).peak
    assert base.low <= base.value <= base.high
    for more in (
        replace(work, prompt_tokens=prompt + 1),
        replace(work, output_tokens=output + 1),
        replace(work, sequences=rows + 1),
    ):
        assert predict(SHAPE, precision, more).peak.value >= base.value


def test_it_needs_parameters_or_headers():
    with pytest.raises(SizingError, match="nor are the safetensors headers"):
        predict(from_config(QWEN3), "bf16", WORK)


@pytest.mark.parametrize(
    ("prompt", "output", "rows"), [(0, 1, 1), (1, -1, 1), (1, 1, 0)]
)
def test_it_refuses_work_of_nothing(prompt, output, rows):
    with pytest.raises(SizingError, match=rf"got {rows} of {prompt} \+ {output}"):
        Work(prompt_tokens=prompt, output_tokens=output, sequences=rows)


def test_the_engine_that_ships_says_how_it_was_fitted():
    found = predict(SHAPE, "fp32", WORK)
    assert TRANSFORMERS_CPU.how in found.peak.note
    words = 151_936 * TRANSFORMERS_CPU.per_word[0] / 1e9
    assert part(found, "base") == pytest.approx(TRANSFORMERS_CPU.base[0] / 1e9 + words)
