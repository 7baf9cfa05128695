"""Is the fastest product taken, and does it say the same?"""

import pytest

pytestmark = pytest.mark.models

SHAPES = [(1, 1, 48), (1, 7, 48), (1, 130, 48), (5, 48)]


def layers():
    import torch

    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(48, 64), torch.nn.Linear(64, 48))


def prefer(*names):
    """Return a clock that finds the products of these names fast."""
    return lambda _, product: 0.5 if product.name in names else 1.0


@pytest.fixture
def tied():
    """Return a model whose first and last matrix are the same."""
    import torch
    import transformers

    torch.manual_seed(0)
    config = transformers.LlamaConfig(
        vocab_size=300,
        hidden_size=48,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=True,
    )
    return transformers.LlamaForCausalLM(config).eval()


@pytest.mark.parametrize(("fast", "taken"), [(0.5, "oneDNN"), (0.99, "torch")])
def test_another_product_must_be_clearly_faster(fast, taken):
    from advisor.engines.matrix_kernel import take_faster_product

    times = {"oneDNN": fast, "torch": 1.0, "oneDNN, packed": 1.0}
    found = take_faster_product(
        layers(), seconds=lambda _, product: times[product.name]
    )
    assert found == taken


@pytest.mark.parametrize("name", ["oneDNN", "oneDNN, packed"])
def test_every_product_says_the_same_and_can_be_given_back(name):
    import torch

    from advisor.engines.matrix_kernel import give_back, take_faster_product

    network = layers()
    weights = [one.weight.clone() for one in network]
    given = [torch.randn(*shape) for shape in SHAPES]
    with torch.inference_mode():
        before = [network(rows) for rows in given]
    assert take_faster_product(network, seconds=prefer(name)) == name
    with torch.inference_mode():
        after = [network(rows) for rows in given]
    for one, other in zip(before, after, strict=True):
        assert torch.allclose(one, other, atol=1e-5)
    assert network[0].weight.is_mkldnn == (name == "oneDNN, packed")
    give_back(network)
    assert "forward" not in network[0].__dict__
    for layer, weight in zip(network, weights, strict=True):
        assert torch.equal(layer.weight, weight)


def test_a_matrix_that_serves_twice_stays_plain_and_is_multiplied_the_other_way(tied):
    import torch

    from advisor.engines.matrix_kernel import take_faster_product

    ids = torch.arange(140)[None]
    with torch.inference_mode():
        before = tied(ids, use_cache=False).logits
        taken = take_faster_product(
            tied, seconds=prefer("oneDNN, packed", "oneDNN, turned")
        )
        many = tied(ids, use_cache=False).logits
        few = tied(ids, use_cache=False, logits_to_keep=9).logits
    assert taken == "oneDNN, packed"
    assert torch.allclose(many, before, atol=1e-5)
    assert torch.allclose(few, before[:, -9:], atol=1e-5)
    assert few.stride(-1) > 1
    assert tied.lm_head.weight is tied.model.embed_tokens.weight
    assert not tied.lm_head.weight.is_mkldnn
    assert tied.model.layers[0].mlp.up_proj.weight.is_mkldnn


def test_all_stays_as_it_was_where_a_layer_is_read_by_something_else():
    import torch

    from advisor.engines.matrix_kernel import take_faster_product

    network = layers()
    rows = torch.randn(3, 48)

    def reads_past_the_layer():
        torch.nn.functional.linear(rows, network[0].weight)

    taken = take_faster_product(
        network, seconds=prefer("oneDNN, packed"), trial=reads_past_the_layer
    )
    assert taken == "torch"
    reads_past_the_layer()


def test_half_precision_keeps_its_product():
    import torch

    from advisor.engines.matrix_kernel import take_faster_product

    network = layers().to(torch.bfloat16)
    assert take_faster_product(network, seconds=lambda *_: 1.0) == "torch"
