from dataclasses import replace

import pytest
import torch
from transformers import (
    GPT2Config,
    GPT2LMHeadModel,
    GPTNeoConfig,
    GPTNeoForCausalLM,
    Qwen2Config,
    Qwen2ForCausalLM,
    SmolLM3Config,
    SmolLM3ForCausalLM,
)

from advisor.tuning.data import Encoder, collate
from advisor.tuning.losses import answer_logits
from advisor.tuning.prune import (
    Importance,
    NotPrunableError,
    Target,
    measure_importance,
    prune,
)
from tests.tuning.conftest import EXAMPLES


@pytest.fixture
def batch(tokenizer):
    encoder = Encoder(tokenizer)
    return collate(encoder.encode(EXAMPLES), encoder.pad)


def silence(linear, columns):
    """Make what flows in through these columns count for nothing."""
    with torch.no_grad():
        linear.weight[:, columns] = 0


def test_what_counts_for_nothing_goes_first_and_nothing_is_lost(model, batch):
    for layer in model.model.layers:
        silence(layer.mlp.down_proj, list(range(1, 64, 2)))
        silence(layer.self_attn.o_proj, list(range(16)))
    before = answer_logits(model, batch)
    importance = measure_importance(model, [batch])
    small = prune(model, importance, Target(mlp=32, kv_heads=1))
    assert small.config.intermediate_size == 32
    assert small.config.num_attention_heads == 1
    assert small.num_parameters() < model.num_parameters()
    assert torch.allclose(answer_logits(small, batch), before, atol=1e-5)


def test_the_layer_that_does_nothing_is_dropped(model, batch):
    idle = model.model.layers[0]
    silence(idle.mlp.down_proj, slice(None))
    silence(idle.self_attn.o_proj, slice(None))
    measured = measure_importance(model, [batch])
    assert measured.layers[0] == pytest.approx(0, abs=1e-6)
    assert abs(measured.layers[1]) > 1e-4
    # An untrained layer may well do harm, so the second one is said to matter.
    small = prune(model, replace(measured, layers=(0.0, 1.0)), Target(layers=1))
    before, after = answer_logits(model, batch), answer_logits(small, batch)
    assert torch.allclose(before, after, atol=1e-5)


def test_what_a_class_says_layer_by_layer_goes_with_its_layer(tokenizer, batch):
    torch.manual_seed(4)
    config = SmolLM3Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=3,
        num_attention_heads=2,
        num_key_value_heads=1,
        intermediate_size=24,
        no_rope_layers=[1, 0, 1],
        pad_token_id=0,
        initializer_range=0.2,
    )
    model = SmolLM3ForCausalLM(config).eval()
    silence(model.model.layers[0].mlp.down_proj, slice(None))
    silence(model.model.layers[0].self_attn.o_proj, slice(None))
    before = answer_logits(model, batch)

    measured = measure_importance(model, [batch])
    small = prune(model, replace(measured, layers=(0.0, 1.0, 1.0)), Target(layers=2))

    assert measured.layers[0] == pytest.approx(0, abs=1e-6)
    assert model.config.no_rope_layers == [1, 0, 1]
    assert small.config.no_rope_layers == [0, 1]
    assert torch.allclose(before, answer_logits(small, batch), atol=1e-5)


def test_a_class_whose_configuration_cannot_follow_is_refused(tokenizer):
    config = GPTNeoConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_layers=2,
        num_heads=2,
        attention_types=[[["global", "local"], 1]],
    )
    model = GPTNeoForCausalLM(config)

    with pytest.raises(NotPrunableError, match="does not load its own parts"):
        prune(model, Importance(layers=(1, 2), kv_heads=(), mlp=()), Target(layers=1))


def test_measuring_leaves_the_model_as_it_was(model, batch):
    before = answer_logits(model, batch)
    measure_importance(model, [batch])
    assert torch.equal(before, answer_logits(model, batch))
    assert model.config.num_hidden_layers == 2


def test_a_pruned_model_still_answers_token_by_token(model, tokenizer, batch):
    target = Target(layers=1, mlp=16, kv_heads=1)
    small = prune(model, measure_importance(model, [batch]), target)
    output = small.generate(input_ids=batch.ids[:1], max_new_tokens=4, do_sample=False)
    assert output.shape[1] > batch.ids.shape[1]


def test_grouped_heads_and_biases_of_another_class_are_pruned(tokenizer, batch):
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=48,
        max_position_embeddings=128,
    )
    model = Qwen2ForCausalLM(config).eval()
    importance = measure_importance(model, [batch])
    small = prune(model, importance, Target(kv_heads=1, mlp=24))
    assert small.config.num_attention_heads == 2
    assert small.model.layers[0].self_attn.q_proj.bias.shape == (16,)
    assert answer_logits(small, batch).isfinite().all()


def test_it_refuses_to_keep_more_than_there_is(model):
    measured = Importance(layers=(1.0, 2.0), kv_heads=(), mlp=())
    with pytest.raises(ValueError, match="3 cannot be kept of 2"):
        prune(model, measured, Target(layers=3))


def test_layers_and_the_mlp_of_another_layout_are_pruned(tokenizer, batch):
    config = GPT2Config(vocab_size=len(tokenizer), n_embd=32, n_layer=3, n_head=2)
    model = GPT2LMHeadModel(config).eval()
    importance = measure_importance(model, [batch])
    assert importance.kv_heads == ()
    small = prune(model, importance, Target(layers=2, mlp=50))
    assert (small.config.num_hidden_layers, small.config.n_inner) == (2, 50)
    assert small.transformer.h[1].mlp.c_fc.weight.shape == (32, 50)
    assert answer_logits(small, batch).isfinite().all()


def test_heads_that_a_class_divides_its_width_by_are_refused(tokenizer, batch):
    other = GPT2LMHeadModel(
        GPT2Config(vocab_size=len(tokenizer), n_embd=32, n_layer=1, n_head=2)
    )
    importance = measure_importance(other, [batch])
    with pytest.raises(NotPrunableError, match="heads of GPT2LMHeadModel"):
        prune(other, importance, Target(kv_heads=1))
