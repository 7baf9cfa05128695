import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.sizing.architecture import Layer, from_config
from advisor.sizing.kv_cache import (
    largest_layer_bytes,
    layer_bytes,
    sequence_bytes,
    tokens_kept,
)
from tests.sizing.test_architecture import DEEPSEEK_V3, GEMMA3, QWEN3, QWEN3_NEXT

LLAMA_3_8B = {
    "hidden_size": 4096,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "vocab_size": 128256,
    "intermediate_size": 14336,
}


# KiB a token at 16 bits as the vendors and engine logs state them.
@pytest.mark.parametrize(
    ("config", "kib"), [(QWEN3, 112), (LLAMA_3_8B, 128)], ids=["qwen3", "llama3"]
)
def test_it_keeps_the_known_bytes_a_token(config, kib):
    shape = from_config(config)
    assert sequence_bytes(shape, 1, 2) == kib * 1024
    assert sequence_bytes(shape, 1000, 2) == 1000 * kib * 1024


def test_it_agrees_with_the_log_of_a_real_engine():
    # llama.cpp, 262,144 cells x 16 attention layers: 16,384 MiB at fp16
    # (github.com/lmstudio-ai/lmstudio-bug-tracker, thread 1862)
    layer = Layer(kind="full", width=2 * 8 * 128)
    assert 16 * layer_bytes(layer, 262_144, 2) == 16_384 * 2**20


def test_a_window_keeps_no_more_than_itself():
    shape = from_config(GEMMA3)
    far = sequence_bytes(shape, 8192, 2)
    assert far == (15 * 512 + 3 * 8192) * 2 * 256 * 2


def test_latent_attention_depends_on_what_the_engine_keeps():
    shape = from_config(DEEPSEEK_V3)
    # The paper's 70 KB a token at 16 bits (arXiv 2412.19437): 61 x 576 x 2
    assert sequence_bytes(shape, 1, 2, latent=True) == 70_272
    assert sequence_bytes(shape, 1, 2) == 61 * 128 * 320 * 2


def test_a_state_does_not_grow_with_the_text():
    shape = from_config(QWEN3_NEXT)
    state = shape.layers[0]
    assert layer_bytes(state, 10, 2) == layer_bytes(state, 100_000, 2)
    assert largest_layer_bytes(shape, 10_000, 2) == 10_000 * 2048 * 2


def test_paged_engines_round_up_to_blocks():
    assert tokens_kept(Layer(kind="full", width=1), 17, block=16) == 32


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 10**5), st.integers(1, 256))
def test_longer_texts_never_need_less(tokens, block):
    shape = from_config(GEMMA3)
    one = sequence_bytes(shape, tokens, 2, block=block)
    assert one <= sequence_bytes(shape, tokens + 1, 2, block=block)
    assert one >= sequence_bytes(shape, tokens, 2)
