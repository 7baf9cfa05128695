import hashlib
import json
from dataclasses import replace
from itertools import islice

import pytest
import torch

from advisor.builtin.training.mix import WEIGHTS
from advisor.tuning import task_cards, task_models, tasks
from advisor.tuning.blended import EVERY
from advisor.tuning.copies import Copies
from advisor.tuning.data import Batches, Encoder, Listed
from advisor.tuning.evenly import even_loss, near_teacher, token_weights
from advisor.tuning.joined import join
from advisor.tuning.loop import Recipe
from advisor.tuning.losses import answer_logits
from advisor.tuning.shapes import JOINT, Shape, new_model, train_tokenizer
from tests.tuning.conftest import EXAMPLES

SHORT = Recipe(steps=2, learning_rate=1e-3, rows=4, longest=192, warm_up=1)
COPYING = Shape(layers=1, width=64, heads=1, mlp=32)


@pytest.fixture(scope="module")
def vocabulary():
    return tasks.tokenizer()


@pytest.fixture(scope="module")
def quick():
    told = task_models.MODELS[task_models.REFERENCE]
    return replace(
        told,
        copying=COPYING,
        mlp=48,
        words=2,
        recipe=SHORT,
        short=SHORT,
        long=SHORT,
        again=(SHORT,),
    )


def test_a_short_recipe_gives_the_same_bytes_twice(tmp_path, vocabulary, quick):
    sums = []
    for turn in ("one", "two"):
        work = tmp_path / f"work-{turn}"
        task_cards.make(quick, tmp_path / turn, work, vocabulary=vocabulary)
        weights = tmp_path / turn / quick.name / "model.safetensors"
        sums.append(hashlib.sha256(weights.read_bytes()).hexdigest())
    assert sums[0] == sums[1]
    card = json.loads((tmp_path / "one" / quick.name / "card.json").read_text())
    assert card["shape"]["width"] == 128
    assert set(card["tasks"]) == set(WEIGHTS)


def test_a_repeated_span_is_scored_where_it_can_be_guessed():
    rows = Copies(vocabulary=300, special=5, rows=8, length=48, seed=1)
    batch = rows[3]
    assert torch.equal(batch.ids, rows[3].ids)
    assert batch.ids.min() >= 5
    assert batch.answers.any(1).all()
    for ids, scored in zip(batch.ids.tolist(), batch.answers.tolist(), strict=True):
        for place, wanted in enumerate(scored, start=1):
            if wanted:
                pair = ids[place - 1], ids[place]
                before = list(zip(ids[: place - 1], ids[1:place], strict=True))
                assert pair in before


def test_numbers_are_told_again_from_a_batch_on():
    figures = [20, 21, 22]
    rows = Copies(
        vocabulary=9000,
        special=5000,
        rows=2,
        length=48,
        seed=1,
        figures=figures,
        figures_from=4,
    )
    assert rows[3].ids.min() >= 5000
    assert set(rows[4].ids[1].tolist()) & set(figures)


def test_joined_a_model_copies_as_before_and_its_bag_adds_nothing_to_it(vocabulary):
    copying = new_model(Shape(layers=2, width=128, heads=2, mlp=96), vocabulary, 1)
    bag = new_model(tasks.BAG, vocabulary, 2)
    whole = join(copying, bag, vocabulary, layers=3, mlp=128, seed=3)
    assert whole.config.hidden_size == 192
    ids = torch.arange(40, 60)[None]
    with torch.no_grad():
        alone = copying.model(input_ids=ids).last_hidden_state
        joined = whole.model(input_ids=ids).last_hidden_state[..., :128]
    likeness = torch.nn.functional.cosine_similarity(alone, joined, dim=-1)
    assert likeness.min() > 0.95


def test_a_bag_as_wide_as_a_head_is_asked_for(vocabulary):
    copying = new_model(Shape(layers=1, width=64, heads=2, mlp=32), vocabulary, 1)
    with pytest.raises(ValueError, match="64 wide and a head 32"):
        join(
            copying,
            new_model(tasks.BAG, vocabulary, 1),
            vocabulary,
            layers=1,
            mlp=32,
            seed=1,
        )


def test_every_twentieth_batch_is_a_copying_batch(vocabulary):
    blended = tasks.batches(replace(SHORT, rows=2), vocabulary)
    lengths = [tuple(blended[n].ids.shape) for n in (EVERY - 1, 2 * EVERY - 1)]
    assert lengths == [(24, 96), (24, 96)]
    assert blended[0].ids.shape[0] == 2


def test_a_long_answer_weighs_as_the_root_of_its_length(model, tokenizer):
    batch = Batches(
        Listed(EXAMPLES, seed=1), Encoder(tokenizer), rows=4, longest=64, per_pool=2
    )[0]
    weights = token_weights(batch)
    assert weights.mean().item() == pytest.approx(1)
    assert weights.shape == (int(batch.answers.sum()),)
    assert even_loss(model, batch).item() > 0


def test_a_student_equal_to_its_teacher_is_not_pulled(model, tokenizer):
    batch = Batches(
        Listed(EXAMPLES, seed=1), Encoder(tokenizer), rows=4, longest=64, per_pool=2
    )[0]
    loss = near_teacher(model, mix=1.0)
    assert loss(model, batch).item() == pytest.approx(0, abs=1e-5)
    assert answer_logits(model, batch).shape[0] == 4


def test_a_word_is_the_same_tokens_in_text_and_in_json():
    texts = ['pay Kron Ltd {"vendor": "Kron Ltd"} (now)\nSee line-two'] * 40
    made = train_tokenizer(texts, 320, one_form=True)
    inside, after = made.tokenize('"Kron'), made.tokenize(" Kron")
    assert inside[-len(after) :] == after
    for text in ('{"a": "b c"}', "x\ny-z @home", "tab\tend. €5 [NAME]", '"'):
        ids = made(text, add_special_tokens=False)["input_ids"]
        assert made.decode(ids) == text
        assert JOINT not in made.decode(ids[:2])


def test_later_rounds_also_ask_for_the_text_itself():
    drawn = list(islice(tasks.later_examples(5), 240))
    opening, closing = tasks.REPEAT.split("{}")
    asked = [e for e in drawn if e.prompt.startswith(opening)]
    assert 8 <= len(asked) <= 36
    for example in asked:
        told = example.prompt.removeprefix(opening).removesuffix(closing)
        assert example.answer == f" {told}"
