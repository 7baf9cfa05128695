import pytest

from advisor import builtin


def test_the_reference_comes_first_and_sizes_fall():
    sizes = [builtin.model_card(name)["parameters"] for name in builtin.model_names()]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) >= 3


def test_a_model_is_found_with_and_without_its_prefix():
    plain = builtin.model_path("tickets-small")
    assert builtin.model_path("builtin/tickets-small") == plain
    assert (plain / "model.safetensors").is_file()


@pytest.mark.parametrize("name", ["", "tickets", "../models/tickets-small", "tickets-"])
def test_it_refuses_a_model_that_does_not_ship_and_lists_those_that_do(name):
    with pytest.raises(builtin.UnknownBuiltinError, match="tickets-large"):
        builtin.model_path(name)


def test_it_refuses_a_pack_that_does_not_ship():
    with pytest.raises(builtin.UnknownBuiltinError, match="tickets"):
        builtin.sample_pack("letters")


def test_the_smallest_of_the_tasks_has_a_sixteenth_of_the_largest():
    sizes = [
        builtin.model_card(name)["parameters"]
        for name in builtin.model_names()
        if name.startswith("tasks-")
    ]
    assert len(sizes) >= 3
    assert sizes[-1] <= sizes[0] / 16


@pytest.mark.parametrize("name", builtin.model_names())
def test_every_card_says_what_the_model_is_and_is_not(name):
    card = builtin.model_card(name)
    assert card["name"] == name
    assert card["licence"] == "mit"
    assert card["context_tokens"] == 512
    assert len(card["limits"]) >= 3
    assert card["training"]["recipe"]["seed"] >= 0
    assert len(card["training"]["data_sha256"]) == 64
