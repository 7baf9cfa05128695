import pytest

from advisor.sizing.architecture import from_config
from advisor.sizing.card_shapes import shape_from_card
from advisor.sizing.kv_cache import sequence_bytes
from tests.sizing.test_architecture import QWEN3

CARD = {
    "layers": 28,
    "hidden_size": 1024,
    "intermediate_size": 3072,
    "heads": 16,
    "kv_heads": 8,
    "head_dim": 128,
    "vocab_size": 151936,
    "params": 596_049_920,
    "sliding_window": None,
    "sliding_pattern": None,
    "moe": None,
    "kv_cache_bytes_per_token_16bit": 114_688,
}


def test_a_card_and_a_configuration_give_the_same_shape():
    assert shape_from_card(CARD) == from_config(QWEN3, 596_049_920)
    assert sequence_bytes(shape_from_card(CARD), 1, 2) == 114_688


@pytest.mark.parametrize(
    ("told", "full"), [("every 2nd layer", 14), ("5 local : 1 global", 4), ("odd", 0)]
)
def test_it_reads_which_layers_see_everything(told, full):
    shape = shape_from_card(CARD | {"sliding_window": 512, "sliding_pattern": told})
    assert sum(layer.kind == "full" for layer in shape.layers) == full


def test_experts_are_counted():
    shape = shape_from_card(CARD | {"moe": {"experts": 8, "experts_per_token": 2}})
    assert shape.expert_parameters == 28 * 8 * 3 * 1024 * 3072


@pytest.mark.parametrize("missing", ["layers", "params"])
def test_without_its_numbers_a_card_has_no_shape(missing):
    assert shape_from_card(CARD | {missing: None}) is None


def test_layers_of_unlike_kinds_have_no_shape():
    assert shape_from_card(CARD | {"kv_cache_bytes_per_token_16bit": None}) is None


def test_a_count_in_words_is_no_count():
    assert shape_from_card(CARD | {"params": "0.6B"}).parameters is None
