"""Is attention in parts the attention of the whole, and is a prefix found and kept?"""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.models


def parts(heads=4, kept=2, asked=3, held=7, seed=0):
    import torch

    draw = torch.Generator().manual_seed(seed)

    def random(count, length):
        return torch.randn(1, count, length, 16, generator=draw)

    return random(heads, asked), random(kept, held), random(kept, held)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(0, 1000))
def test_two_parts_merge_to_the_attention_of_both(cut, seed):
    import torch

    from advisor.engines.attention import attend, merge

    query, key, value = parts(seed=seed)
    whole, _ = attend(query, key, value, scaling=0.3)
    one = attend(query, key[:, :, :cut], value[:, :, :cut], scaling=0.3)
    other = attend(query, key[:, :, cut:], value[:, :, cut:], scaling=0.3)
    assert torch.allclose(merge(one, other), whole, atol=1e-5)


@pytest.mark.parametrize("causal", [True, False])
def test_plain_arithmetic_says_what_the_fused_kernel_says(causal):
    import torch

    from advisor.engines.attention import _plainly, attend

    query, key, value = parts(asked=7)
    for mask in (None, torch.randn(1, 1, 7, 7)):
        if mask is not None and causal:
            continue
        fused = attend(query, key, value, scaling=0.3, causal=causal, mask=mask)
        plain = _plainly(query, key, value, 0.3, causal, mask)
        for one, other in zip(fused, plain, strict=True):
            assert torch.allclose(one, other, atol=1e-5)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 2), min_size=1), min_size=1, max_size=5))
def test_a_shared_beginning_leaves_a_token_to_each(prompts):
    from advisor.engines.common_prefix import shared_length

    texts = [tuple(prompt) for prompt in prompts]
    shared = shared_length(texts)
    assert all(text[:shared] == texts[0][:shared] for text in texts)
    assert all(len(text) > shared for text in texts)
    longer = {text[: shared + 1] for text in texts}
    assert len(longer) > 1 or min(map(len, texts)) == shared + 1


def test_a_template_is_read_once_and_kept_from_block_to_block(loaded):
    from advisor.engines.common_prefix import PrefixKeeper
    from advisor.engines.packing import NO_PREFIX, PackedNetwork

    packed = PackedNetwork(loaded("llama", use="slots").network)
    packed.pack()
    keeper = PrefixKeeper(packed)
    template = tuple(range(4, 40))
    first = keeper.of([(*template, 50), (*template, 51)])
    assert first.ids == template
    assert keeper.of([(*template, 60, 7), (*template, 60, 8)]) is first
    assert keeper.of([(*template, 50)]) is first
    assert keeper.of([(9, *template), (8, *template)]) is NO_PREFIX
    assert keeper.of([(*template[:20], 1), (*template[:20], 2)]).ids == template[:20]
    packed.unpack()


def test_the_widest_layer_tells_what_a_token_takes():
    import torch
    import transformers

    from advisor.engines.pass_room import passing_bytes_per_token

    def network(inner):
        config = transformers.Gemma3nTextConfig(
            vocab_size=10, hidden_size=8, num_hidden_layers=5, intermediate_size=inner
        )
        return SimpleNamespace(config=config, dtype=torch.float32)

    each = passing_bytes_per_token(network([16, 16, 16, 32, 16]))
    assert each == passing_bytes_per_token(network(32))


def test_layers_that_keep_more_than_others_are_added_up():
    import torch
    import transformers

    from advisor.engines.pass_room import kept_bytes_per_token

    config = transformers.Gemma4TextConfig(
        num_hidden_layers=6,
        num_key_value_heads=1,
        num_global_key_value_heads=1,
        head_dim=16,
        global_head_dim=32,
        layer_types=["sliding_attention"] * 5 + ["full_attention"],
    )
    network = SimpleNamespace(config=config, dtype=torch.float32)
    assert kept_bytes_per_token(network) == 2 * (5 * 16 + 32) * 4


def test_what_does_not_fit_is_read_in_smaller_passes(loaded):
    from advisor.engines.pass_room import PassRoom

    network = loaded("llama", use="slots").network
    free = PassRoom(network, limit=None)
    free.passed(512)
    assert free.tokens == 1024
    assert free.rows(300, 64) == 64
    tight = PassRoom(network, limit=1)
    assert (tight.tokens, tight.rows(300, 64)) == (1, 1)
    before = free.tokens
    for _ in range(40):
        free.ran_out()
    assert free.tokens < before


@pytest.mark.parametrize("kind", ["llama", "qwen2"])
def test_the_last_layer_works_where_a_token_is_foretold_and_says_the_same(loaded, kind):
    import torch

    from advisor.engines.packing import PackedNetwork
    from advisor.engines.spans import Span

    packed = PackedNetwork(loaded(kind, use="last layer").network)
    packed.pack()
    last = packed.network.base_model.layers[-1]
    seen = []
    last.mlp.register_forward_hook(lambda *told: seen.append(told[2].shape[1]))
    last.mlp.gate_proj.register_forward_hook(
        lambda *told: seen.append(told[2].shape[1])
    )

    def spans():
        return [Span(text=[5, 6, 7], branches=[[8], [9, 10]]), Span(text=[11, 12])]

    everything = list(range(8))
    with torch.inference_mode():
        whole = packed.read(spans(), keep=everything)
        chosen = packed.read(spans(), keep=[2, 5, 7])
    # Of a row of eight tokens all are asked for, then three.
    assert seen == [8, 8, 3, 8]
    assert torch.allclose(chosen, whole[[2, 5, 7]], atol=1e-5)
