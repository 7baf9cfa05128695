import copy

import pytest
import torch

from advisor.tuning.data import Batches, Encoder, Listed
from advisor.tuning.losses import answer_logits
from advisor.tuning.shapes import new_model
from advisor.tuning.words import learn_words, read_as_bag, stay_near
from tests.tuning.conftest import EXAMPLES, TINY


def learn(tokenizer, steps):
    model = new_model(TINY, tokenizer, seed=3)
    source = Listed(EXAMPLES, seed=1)
    batches = Batches(source, Encoder(tokenizer), rows=4, longest=64, per_pool=2)
    return model, learn_words(model, batches, steps=steps)


def test_words_come_to_lean_towards_their_labels(tokenizer):
    _, start = learn(tokenizer, steps=1)
    _, end = learn(tokenizer, steps=150)
    assert end < start / 2


def test_every_embedding_ends_as_long_as_they_were_on_average(tokenizer):
    before = new_model(TINY, tokenizer, seed=3).get_input_embeddings().weight
    model, _ = learn(tokenizer, steps=60)
    after = model.get_input_embeddings().weight.norm(dim=1)
    assert torch.allclose(after, before.norm(dim=1).mean(), rtol=1e-3)


def test_the_bag_answers_before_any_layer_has_learned(tokenizer):
    model, _ = learn(tokenizer, steps=150)
    read_as_bag(model)
    encoder = Encoder(tokenizer)
    for example in EXAMPLES:
        ids = torch.tensor([encoder.prompt(example.prompt)])
        said = model(input_ids=ids).logits[0, -1].argmax()
        assert said == encoder.encode([example])[0].answer[0]


def test_a_model_equal_to_its_bag_is_not_pulled_away_from_it(tokenizer):
    model, _ = learn(tokenizer, steps=5)
    read_as_bag(model)
    batch = Batches(
        Listed(EXAMPLES, seed=1), Encoder(tokenizer), rows=4, longest=64, per_pool=2
    )[0]
    near = stay_near(copy.deepcopy(model), mix=1.0, rest=0.0)
    assert near(model, batch).item() == pytest.approx(0, abs=1e-6)
    ends = stay_near(copy.deepcopy(model), mix=1.0, rest=1.0)
    assert ends(model, batch).item() > 1
    assert answer_logits(model, batch).requires_grad


def test_only_the_embeddings_change(tokenizer):
    before = new_model(TINY, tokenizer, seed=3)
    model, _ = learn(tokenizer, steps=5)
    wanted, got = before.model.layers.state_dict(), model.model.layers.state_dict()
    assert all(torch.equal(wanted[name], got[name]) for name in wanted)
