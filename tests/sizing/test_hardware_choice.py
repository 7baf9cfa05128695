from dataclasses import replace

import pytest

from advisor.sizing.errors import SizingError
from advisor.sizing.hardware_choice import Machine, Need, smallest_hardware, step_on
from advisor.sizing.measurement import Figure

CARD = Machine(
    id="card", memory_gb=24, bandwidth_gbs=300, tflops=120, price_per_hour=0.8
)
BIG = Machine(
    id="big", memory_gb=80, bandwidth_gbs=3350, tflops=990, price_per_hour=3.0
)
# A model of 8 billion parameters at 16 bits, 128 KiB a token, 1,000 tokens kept
NEED = Need(
    requests_per_second=2.0,
    prompt_tokens=500,
    output_tokens=100,
    weight_bytes=16e9,
    active_parameters=8e9,
    cache_bytes=128 * 1024 * 550,
)


def peak_of(sequences):
    return Figure(17.0 + 0.08 * sequences, origin="estimated")


def test_a_step_reads_the_weights_and_works_on_each_row():
    step = step_on(CARD, NEED)
    # 16 GB over 0.6 x 300 GB/s, and 2 ms
    assert step.base == pytest.approx(16 / 180 + 0.002)
    token = 2 * 8e9 / (0.4 * 120e12)
    assert step.per_prompt_token == pytest.approx(token)
    assert step.each == pytest.approx(128 * 1024 * 550 / 180e9 + token)


def test_a_slower_share_makes_a_longer_step():
    usual, slow, fast = (step_on(CARD, NEED, end) for end in range(3))
    assert fast.base < usual.base < slow.base
    assert fast.each < usual.each < slow.each


def test_a_step_over_many_sequences_reads_nearly_all_experts():
    # 20 GB, of which 18 lie in 32 experts; a token visits 4 of them and the rest
    mixed = replace(NEED, weight_bytes=4.25e9, expert_bytes=18e9, chosen=4 / 32)
    assert mixed.weights_read(1) == pytest.approx(4.25e9)
    assert mixed.weights_read(8) == pytest.approx(2e9 + 18e9 * (1 - 0.875**8))
    assert mixed.weights_read(64) == pytest.approx(20e9, rel=1e-3)
    whole = replace(NEED, weight_bytes=20e9)
    same, dense = (smallest_hardware([BIG], n, peak_of)[0] for n in (mixed, whole))
    assert same.throughput.value == pytest.approx(dense.throughput.value, rel=1e-3)


def test_the_cheapest_choice_comes_first():
    first, second = smallest_hardware([BIG, CARD], NEED, peak_of)
    assert [first.machine.id, second.machine.id] == ["card", "big"]
    # (0.9 x 24 - 17) / 0.08 = 57.5 sequences; memory of the other takes all 64
    assert (first.slots, second.slots) == (57, 64)
    assert (first.replicas, second.replicas) == (2, 1)
    assert first.monthly == pytest.approx(2 * 0.8 * 730)
    assert first.throughput.low < first.throughput.value < first.throughput.high
    assert first.throughput.origin == "estimated"


def test_a_higher_rate_takes_more_of_them():
    need = Need(
        requests_per_second=12.0,
        prompt_tokens=500,
        output_tokens=100,
        weight_bytes=16e9,
        active_parameters=8e9,
        cache_bytes=128 * 1024 * 550,
    )
    found = {c.machine.id: c for c in smallest_hardware([CARD, BIG], need, peak_of)}
    assert found["card"].replicas > found["big"].replicas >= 1
    card = found["card"]
    assert card.replicas * card.throughput.low * 0.8 >= 12
    assert (card.replicas - 1) * card.throughput.low * 0.8 < 12


def test_without_prices_the_least_memory_comes_first():
    machines = [
        Machine(id="b", memory_gb=80, bandwidth_gbs=2000, tflops=300),
        Machine(id="a", memory_gb=24, bandwidth_gbs=300, tflops=120),
    ]
    found = smallest_hardware([*machines, BIG], NEED, peak_of)
    assert [c.machine.id for c in found] == ["big", "a", "b"]
    assert found[1].monthly is None


def test_what_does_not_fit_or_is_not_known_is_left_out():
    small = Machine(id="small", memory_gb=8, bandwidth_gbs=300, tflops=100)
    unknown = Machine(id="unknown", memory_gb=80, bandwidth_gbs=None, tflops=100)
    vague = Machine(id="vague", memory_gb=80, bandwidth_gbs=100, tflops=None)
    assert smallest_hardware([small, unknown, vague], NEED, peak_of) == ()


def test_it_refuses_a_need_of_nothing():
    with pytest.raises(SizingError, match="got 0 a second"):
        Need(
            requests_per_second=0,
            prompt_tokens=1,
            output_tokens=1,
            weight_bytes=1,
            active_parameters=1,
            cache_bytes=1,
        )
