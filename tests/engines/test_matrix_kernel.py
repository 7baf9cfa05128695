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
    return lambda _, product, __: 0.5 if product.name in names else 1.0


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

    times = {"oneDNN": fast, "torch": 1.0}
    found = take_faster_product(layers(), seconds=lambda _, one, __: times[one.name])
    assert found == taken


def test_every_product_says_the_same():
    import torch

    from advisor.engines.matrix_kernel import take_faster_product

    network = layers()
    given = [torch.randn(*shape) for shape in SHAPES]
    with torch.inference_mode():
        before = [network(rows) for rows in given]
        assert take_faster_product(network, seconds=prefer("oneDNN")) == "oneDNN"
        after = [network(rows) for rows in given]
    for one, other in zip(before, after, strict=True):
        assert torch.allclose(one, other, atol=1e-5)
    assert "forward" in network[0].__dict__


def test_the_matrix_of_words_is_multiplied_the_other_way_round_for_few_rows(tied):
    import torch

    from advisor.engines.matrix_kernel import take_faster_product

    ids = torch.arange(140)[None]
    with torch.inference_mode():
        before = tied(ids, use_cache=False).logits
        taken = take_faster_product(tied, seconds=prefer("oneDNN, turned"))
        many = tied(ids, use_cache=False).logits
        few = tied(ids, use_cache=False, logits_to_keep=9).logits
    assert taken == "torch"
    assert torch.allclose(many, before, atol=1e-5)
    assert torch.allclose(few, before[:, -9:], atol=1e-5)
    assert few.stride(-1) > 1
    assert "forward" not in tied.model.layers[0].mlp.up_proj.__dict__


@pytest.mark.parametrize("name", ["oneDNN", "oneDNN, turned"])
def test_weights_stay_where_they_were_loaded(tied, name):
    from advisor.engines.matrix_kernel import take_faster_product

    before = {key: held.data_ptr() for key, held in tied.named_parameters()}
    take_faster_product(tied, seconds=prefer(name))
    assert {key: held.data_ptr() for key, held in tied.named_parameters()} == before


def test_half_precision_keeps_its_product():
    import torch

    from advisor.engines.matrix_kernel import take_faster_product

    network = layers().to(torch.bfloat16)
    assert take_faster_product(network, seconds=lambda *_: 1.0) == "torch"
