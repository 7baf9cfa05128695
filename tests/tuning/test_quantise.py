import pytest
import torch

from advisor.tuning.quantise import (
    PRECISIONS,
    Speed,
    in_precision,
    measure_speed,
    verdict,
)


def speed(precision, ttft_ms, size):
    return Speed(
        precision=precision,
        ttft_ms=ttft_ms,
        tokens_per_second=100,
        weights_bytes=size,
    )


@pytest.mark.parametrize("precision", PRECISIONS)
def test_every_precision_answers_and_is_measured(model, tokenizer, precision):
    found = measure_speed(model, tokenizer, ["the sky"], precision, new_tokens=3)
    assert found.precision == precision
    assert found.ttft_ms > 0
    assert found.weights_bytes > 0


def test_a_clock_of_even_ticks_gives_known_figures(model, tokenizer):
    ticks = iter(range(100))

    def clock():
        return float(next(ticks))

    found = measure_speed(
        model, tokenizer, ["sky", "snow"], "fp32", new_tokens=3, clock=clock
    )
    assert found.ttft_ms == 1000


def test_fewer_bits_leave_the_original_alone(model):
    assert in_precision(model, "bf16").dtype == torch.bfloat16
    assert model.dtype == torch.float32


def test_it_refuses_an_unknown_precision(model):
    with pytest.raises(ValueError, match="int4"):
        in_precision(model, "int4")


def test_it_says_so_when_fewer_bits_are_not_faster():
    plain = speed("fp32", 4.0, 400)
    assert verdict(plain, speed("int8", 8.0, 100)) == (
        "int8: not faster here (first token 100% slower), "
        "weights 75% smaller than fp32."
    )
    assert "no noticeable difference" in verdict(plain, speed("bf16", 4.1, 200))
    assert verdict(plain, speed("bf16", 2.0, 200)).startswith(
        "bf16: first token 100% faster here"
    )
