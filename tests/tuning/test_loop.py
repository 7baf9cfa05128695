from dataclasses import replace

import pytest
import torch

from advisor.tuning.data import Batches, Encoder, Listed
from advisor.tuning.evaluate import answers
from advisor.tuning.loop import Recipe, learning_rate, train
from advisor.tuning.shapes import new_model
from tests.tuning.conftest import COLOURS, EXAMPLES, TINY

RECIPE = Recipe(steps=8, learning_rate=5e-3, rows=4, longest=64, warm_up=4)


def batches(tokenizer):
    source = Listed(EXAMPLES, seed=1)
    return Batches(source, Encoder(tokenizer), rows=4, longest=64, per_pool=2)


def weights(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def same(one, other):
    return all(torch.equal(one[name], other[name]) for name in one)


def test_a_model_learns_what_it_is_shown(model, tokenizer):
    outcome = train(model, batches(tokenizer), replace(RECIPE, steps=80))
    asked = [f"Name the colour of {thing}." for thing in COLOURS]
    assert outcome.finished
    assert answers(model, tokenizer, asked) == list(COLOURS.values())


def test_the_same_seed_and_threads_give_the_same_weights(tokenizer):
    made = []
    for _ in range(2):
        model = new_model(TINY, tokenizer, seed=3)
        train(model, batches(tokenizer), RECIPE)
        made.append(weights(model))
    assert same(*made)


def test_an_interruption_changes_no_weight(tokenizer, tmp_path):
    whole = new_model(TINY, tokenizer, seed=3)
    train(whole, batches(tokenizer), RECIPE)

    def stop_at_four(progress):
        if progress.step == 4:
            raise KeyboardInterrupt

    kept = tmp_path / "kept.safetensors"
    first = new_model(TINY, tokenizer, seed=3)
    with pytest.raises(KeyboardInterrupt):
        train(
            first,
            batches(tokenizer),
            RECIPE,
            every=2,
            on_progress=stop_at_four,
            checkpoint=kept,
        )
    second = new_model(TINY, tokenizer, seed=99)
    outcome = train(second, batches(tokenizer), RECIPE, every=2, checkpoint=kept)
    assert outcome.examples == RECIPE.steps * RECIPE.rows
    assert same(weights(whole), weights(second))


def test_it_refuses_a_checkpoint_of_another_recipe(model, tokenizer, tmp_path):
    kept = tmp_path / "kept.safetensors"
    train(model, batches(tokenizer), RECIPE, every=4, checkpoint=kept)
    other = replace(RECIPE, steps=16)
    with pytest.raises(ValueError, match="another recipe"):
        train(model, batches(tokenizer), other, checkpoint=kept)


def test_a_spent_budget_ends_the_sitting_with_a_checkpoint(model, tokenizer, tmp_path):
    kept = tmp_path / "kept.safetensors"
    outcome = train(
        model, batches(tokenizer), RECIPE, every=2, budget_s=0, checkpoint=kept
    )
    assert not outcome.finished
    assert outcome.step == 2
    assert kept.exists()


def test_the_thread_count_is_put_back(model, tokenizer):
    before = torch.get_num_threads()
    train(model, batches(tokenizer), replace(RECIPE, steps=1, threads=1))
    assert torch.get_num_threads() == before


def test_the_rate_rises_stays_and_falls():
    recipe = Recipe(steps=100, learning_rate=1.0, warm_up=10, decay=0.3)
    rates = [learning_rate(recipe, step) for step in range(100)]
    assert rates[0] == pytest.approx(0.1)
    assert rates[10:70] == [1.0] * 60
    assert rates[85] == pytest.approx(0.5)
    assert rates[99] == pytest.approx(1 / 30)
