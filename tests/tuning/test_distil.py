from itertools import islice

import pytest
import torch

from advisor.tuning.data import Batches, Encoder, Example, Listed
from advisor.tuning.distil import (
    Answered,
    VocabulariesDifferError,
    ask_model,
    by_logits,
)
from advisor.tuning.evaluate import answers
from advisor.tuning.loop import Recipe, train
from advisor.tuning.shapes import new_model, train_tokenizer
from tests.tuning.conftest import COLOURS, EXAMPLES, TINY

RECIPE = Recipe(steps=100, learning_rate=5e-3, rows=4, longest=64, warm_up=4)
ASKED = [f"Name the colour of {thing}." for thing in COLOURS]


def batches(tokenizer, source):
    return Batches(source, Encoder(tokenizer), rows=4, longest=64, per_pool=2)


@pytest.fixture(scope="module")
def teacher(tokenizer):
    model = new_model(TINY, tokenizer, seed=3)
    train(model, batches(tokenizer, Listed(EXAMPLES, seed=1)), RECIPE)
    return model


def test_a_student_learns_from_belief_alone(teacher, tokenizer):
    student = new_model(TINY, tokenizer, seed=8)
    loss = by_logits(teacher, tokenizer, tokenizer, mix=1.0)
    source = Listed(EXAMPLES, seed=2)
    before = {name: value.clone() for name, value in teacher.state_dict().items()}
    train(student, batches(tokenizer, source), RECIPE, loss=loss)
    assert answers(student, tokenizer, ASKED) == list(COLOURS.values())
    after = teacher.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_logits_of_different_vocabularies_are_refused(teacher, tokenizer):
    other = train_tokenizer(["quite different words here"] * 9, 290)
    with pytest.raises(VocabulariesDifferError, match="teacher's answers"):
        by_logits(teacher, tokenizer, other)


@pytest.mark.parametrize(("mix", "temperature"), [(-0.1, 2), (1.1, 2), (0.5, 0)])
def test_it_refuses_a_mix_or_temperature_out_of_range(
    teacher, tokenizer, mix, temperature
):
    with pytest.raises(ValueError, match="mix in"):
        by_logits(teacher, tokenizer, tokenizer, mix=mix, temperature=temperature)


def test_unlabelled_prompts_get_the_answers_of_the_teacher(teacher, tokenizer):
    unlabelled = [Example(prompt=text, answer="") for text in ASKED]
    ask = ask_model(teacher, tokenizer, max_tokens=8)
    pool = Answered(Listed(unlabelled, seed=1), ask, at_once=4).pool(0)
    said = {example.prompt: example.answer for example in islice(pool, 4)}
    assert said == dict(zip(ASKED, COLOURS.values(), strict=True))


def test_an_empty_answer_teaches_nothing(tokenizer):
    source = Listed([*EXAMPLES], seed=1)

    def ask(prompts):
        return ["green" if "grass" in prompt else " " for prompt in prompts]

    drawn = list(islice(Answered(source, ask, at_once=4).pool(0), 3))
    assert {example.prompt for example in drawn} == {"Name the colour of grass."}
