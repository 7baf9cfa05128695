import pytest

from advisor.sizing.architecture import Layer, from_config
from advisor.sizing.errors import SizingError

# Numbers of published config.json files.
QWEN3 = {
    "model_type": "qwen3",
    "hidden_size": 1024,
    "intermediate_size": 3072,
    "num_hidden_layers": 28,
    "num_attention_heads": 16,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "vocab_size": 151936,
}
GEMMA3 = {
    "model_type": "gemma3_text",
    "hidden_size": 640,
    "intermediate_size": 2048,
    "num_hidden_layers": 18,
    "num_attention_heads": 4,
    "num_key_value_heads": 1,
    "head_dim": 256,
    "vocab_size": 262144,
    "sliding_window": 512,
    "sliding_window_pattern": 6,
}
DEEPSEEK_V3 = {
    "model_type": "deepseek_v3",
    "hidden_size": 7168,
    "intermediate_size": 18432,
    "moe_intermediate_size": 2048,
    "n_routed_experts": 256,
    "num_experts_per_tok": 8,
    "first_k_dense_replace": 3,
    "num_hidden_layers": 61,
    "num_attention_heads": 128,
    "kv_lora_rank": 512,
    "qk_rope_head_dim": 64,
    "qk_nope_head_dim": 128,
    "v_head_dim": 128,
    "vocab_size": 129280,
}
QWEN3_NEXT = {
    **QWEN3,
    "model_type": "qwen3_next",
    "num_hidden_layers": 4,
    "layer_types": ["linear_attention"] * 3 + ["full_attention"],
    "linear_num_key_heads": 16,
    "linear_num_value_heads": 32,
    "linear_key_head_dim": 128,
    "linear_value_head_dim": 128,
    "linear_conv_kernel_dim": 4,
}


def test_the_size_of_a_head_is_its_own_not_hidden_by_heads():
    shape = from_config(QWEN3)
    assert shape.layers == (Layer(kind="full", width=2 * 8 * 128),) * 28
    assert shape.mixing == (16 + 2 * 8) * 128
    assert (shape.gated, shape.plain, shape.parameters) == (True, True, None)


def test_every_sixth_layer_sees_everything():
    shape = from_config(GEMMA3)
    kinds = [layer.kind for layer in shape.layers]
    assert kinds == (["sliding"] * 5 + ["full"]) * 3
    assert shape.layers[0].window == 512
    assert not shape.plain


def test_listed_layers_win_over_a_pattern():
    shape = from_config(
        GEMMA3 | {"layer_types": ["full_attention"] * 2 + ["sliding_attention"] * 16}
    )
    assert [layer.kind for layer in shape.layers[:3]] == ["full", "full", "sliding"]


def test_latent_attention_keeps_a_compressed_row():
    shape = from_config(DEEPSEEK_V3)
    layer = shape.layers[0]
    assert (layer.kind, layer.width) == ("latent", 512 + 64)
    assert layer.expanded == 128 * (128 + 64 + 128)
    assert shape.scoring_heads == 128
    # 58 sparse layers of 256 experts, three matrices of 7168 x 2048 each
    assert shape.expert_parameters == 58 * 256 * 3 * 7168 * 2048
    assert shape.feed_forward == 18432


def test_linear_attention_keeps_a_state_of_constant_size():
    shape = from_config(QWEN3_NEXT)
    state = shape.layers[0]
    assert state.kind == "state"
    # 32 matrices of 128 x 128, and the last 4 inputs of a convolution 8192 wide
    assert state.width == 32 * 128 * 128 + 8192 * 4
    assert shape.layers[3].kind == "full"
    assert shape.mixing == 4 * 32 * 256


def test_state_space_layers_are_known_too():
    shape = from_config(
        QWEN3
        | {
            "layers_block_type": ["mamba", "attention"],
            "mamba_expand": 2,
            "mamba_d_state": 128,
            "mamba_n_groups": 1,
            "mamba_d_conv": 4,
        }
    )
    assert shape.layers[0].width == 2048 * 128 + (2048 + 256) * 4


def test_a_window_that_is_not_used_is_none():
    used = from_config(QWEN3 | {"sliding_window": 4096})
    unused = from_config(QWEN3 | {"sliding_window": 4096, "use_sliding_window": False})
    assert {layer.kind for layer in used.layers} == {"sliding"}
    assert {layer.kind for layer in unused.layers} == {"full"}


def test_old_names_and_two_matrices_are_understood():
    shape = from_config(
        {
            "model_type": "gpt2",
            "n_embd": 768,
            "n_head": 12,
            "n_layer": 12,
            "vocab_size": 50257,
        },
        124_439_808,
    )
    assert (shape.feed_forward, shape.gated) == (3072, False)
    assert shape.layers[0].width == 2 * 768
    assert shape.parameters == 124_439_808


def test_the_decoder_of_a_model_that_sees_is_under_text_config():
    assert from_config({"text_config": QWEN3}) == from_config(QWEN3)


def test_a_flag_is_no_number():
    with pytest.raises(SizingError, match="has no vocab_size"):
        from_config(QWEN3 | {"vocab_size": True})


def test_it_names_what_is_missing():
    with pytest.raises(SizingError, match="has no hidden_size or n_embd or d_model"):
        from_config({"model_type": "unet"})
