import torch

from advisor.tuning.data import Batches, Encoder, Listed
from advisor.tuning.shapes import new_model
from advisor.tuning.words import learn_words
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


def test_no_embedding_grows_longer_than_they_were(tokenizer):
    before = new_model(TINY, tokenizer, seed=3).get_input_embeddings().weight
    model, _ = learn(tokenizer, steps=60)
    after = model.get_input_embeddings().weight
    assert after.norm(dim=1).max() <= before.norm(dim=1).mean() * 1.001


def test_only_the_embeddings_change(tokenizer):
    before = new_model(TINY, tokenizer, seed=3)
    model, _ = learn(tokenizer, steps=5)
    wanted, got = before.model.layers.state_dict(), model.model.layers.state_dict()
    assert all(torch.equal(wanted[name], got[name]) for name in wanted)
