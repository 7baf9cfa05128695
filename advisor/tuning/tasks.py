"""How are the models of six tasks made from nothing by `scripts/train_builtin`?

Each in four stages, every one seeded and of fixed steps: it learns to copy random
tokens, short rows first and then long ones; a bag of words learns what the words of
tickets and feedback point to; both are put side by side; the whole learns the six
tasks, in several rounds.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer

from advisor import builtin
from advisor.builtin.training import mix
from advisor.tuning.blended import EVERY, Blended
from advisor.tuning.copies import Copies
from advisor.tuning.data import Batches, Encoder, Example, Generated
from advisor.tuning.evenly import even_loss, evenly
from advisor.tuning.joined import join
from advisor.tuning.loop import Outcome, Recipe, train
from advisor.tuning.shapes import Shape, new_model
from advisor.tuning.task_models import REFERENCE, TaskModel
from advisor.tuning.words import learn_words, read_as_bag

VOCABULARY = 2048
SPECIAL = 5
BAG = Shape(layers=1, width=64, heads=1, mlp=32, spread=0.125)
BAG_SEED = 1001
BAG_ROWS = 64
LONGEST = 224
TICKETS = 0.55
# Later rounds: one batch in ten copies, long answers are damped more, and one example
# in twelve asks for the text itself: language says a word twice, random tokens do not.
LATER_EVERY = 10
LATER_POWER = 0.7
REPEATED = 1 / 12
REPEAT = "Repeat the message word for word.\n{}\nRepeated:"


def examples(seed: int) -> Iterator[Example]:
    """Yield examples of all six tasks in many wordings.

    An answer begins with a space: a word is then one and the same token in text and
    answer. Scorers do not count it.
    """
    for drawn, prompt in mix.worded(seed):
        yield Example(prompt=prompt, answer=f" {drawn.answer}")


def later_examples(seed: int) -> Iterator[Example]:
    """Yield examples in the later rounds' shares, some of them only to be repeated."""
    rng = random.Random(seed)  # noqa: S311
    for drawn, prompt in mix.worded(seed, shares=mix.LATER, by_hand=mix.LATER_BY_HAND):
        if rng.random() < REPEATED:
            yield Example(prompt=REPEAT.format(drawn.text), answer=f" {drawn.text}")
        else:
            yield Example(prompt=prompt, answer=f" {drawn.answer}")


def labels(seed: int) -> Iterator[Example]:
    """Yield examples whose answer is one word: intents and moods."""
    tickets, feedback = (
        mix.worded(seed, only=task, by_hand=mix.LATER_BY_HAND)
        for task in ("intent", "sentiment")
    )
    rng = random.Random(seed)  # noqa: S311
    while True:
        drawn, prompt = next(tickets if rng.random() < TICKETS else feedback)
        yield Example(prompt=prompt, answer=f" {drawn.answer}")


def tokenizer() -> Any:
    """Load the family's tokenizer, which ships with its reference.

    It was learned from 20,000 examples of an earlier state of the generator.
    """
    return AutoTokenizer.from_pretrained(builtin.MODELS / REFERENCE)


def learn_copying(shape: Shape, model: TaskModel, vocabulary: Any, work: Path) -> Any:
    """Train a new model to copy; what an earlier call finished is read from `work`."""
    learner = new_model(shape, vocabulary, seed=1)
    name = f"copy-{shape.width}x{shape.layers}"
    stages = ((model.short, name, 64, 14), (model.long, f"{name}-long", 128, 40))
    for recipe, stage, length, span in stages:
        if recipe is None:
            continue
        rows = Copies(
            vocabulary=VOCABULARY,
            special=SPECIAL,
            rows=recipe.rows,
            length=length,
            seed=recipe.seed,
            span=span,
        )
        checkpoint = work / f"{stage}.safetensors"
        train(learner, rows, recipe, checkpoint=checkpoint, every=50)
    return learner


def learn_labels(
    model: TaskModel, vocabulary: Any, work: Path, shape: Shape = BAG
) -> Any:
    """Make a bag of words of the label tasks; one made before is read from `work`."""
    bag = new_model(shape, vocabulary, seed=1)
    kept = work / f"bag-{shape.width}x{model.words}.safetensors"
    table: Any = bag.get_input_embeddings().weight
    if kept.exists():
        with torch.no_grad():
            table.copy_(load_file(kept)["words"])
    else:
        source = Generated(labels, BAG_SEED)
        rows = Batches(source, Encoder(vocabulary), rows=BAG_ROWS, longest=LONGEST)
        learn_words(bag, rows, steps=model.words, seed=1)
        save_file({"words": table.detach()}, kept)
    read_as_bag(bag)
    return bag


def start(model: TaskModel, vocabulary: Any, work: Path) -> Any:
    """Make what the last stage begins with."""
    if model.copying is None:
        narrow = Shape(layers=1, width=32, heads=1, mlp=model.mlp, spread=0.25)
        return learn_labels(model, vocabulary, work, narrow)
    copying = learn_copying(model.copying, model, vocabulary, work)
    bag = learn_labels(model, vocabulary, work)
    layers = model.copying.layers
    return join(copying, bag, vocabulary, layers=layers, mlp=model.mlp, seed=1)


def batches(
    recipe: Recipe, vocabulary: Any, figures_from: int = 0, *, later: bool = False
) -> Blended:
    """Give the batches of the first round of the tasks, or of the second, `later`."""
    source = Generated(later_examples if later else examples, recipe.seed)
    encoder = Encoder(vocabulary)
    tasks = Batches(source, encoder, rows=recipe.rows, longest=recipe.longest)
    copies = Copies(
        vocabulary=VOCABULARY,
        special=SPECIAL,
        rows=24,
        length=96,
        seed=recipe.seed,
        span=30,
        figures=vocabulary.convert_tokens_to_ids(list("0123456789")),
        figures_from=figures_from,
        few=later,
    )
    return Blended(tasks, copies, LATER_EVERY if later else EVERY)


def learn_tasks(
    model: TaskModel, vocabulary: Any, work: Path, *, note: Any
) -> tuple[Any, Outcome]:
    """Train one model; what an earlier call finished is read from `work`."""
    learner = start(model, vocabulary, work)
    learner.set_attn_implementation("eager")
    rows = _rows(model, vocabulary)
    kept = {"on_progress": note, "every": 100}
    place = work / f"{model.name}.safetensors"
    outcome = train(
        learner, rows, model.recipe, loss=even_loss, checkpoint=place, **kept
    )
    for number, recipe in enumerate(model.again, start=2):
        rows = batches(recipe, vocabulary, later=True)
        place = work / f"{model.name}-round-{number}.safetensors"
        loss = evenly(LATER_POWER)
        last = train(learner, rows, recipe, loss=loss, checkpoint=place, **kept)
        outcome = replace(
            last,
            examples=outcome.examples + last.examples,
            tokens=outcome.tokens + last.tokens,
        )
    return learner, outcome


def _rows(model: TaskModel, vocabulary: Any) -> Batches:
    """Give the batches of the first round; a bag of words learns the labels alone."""
    recipe = model.recipe
    if model.copying is not None:
        return batches(recipe, vocabulary, model.figures_from)
    source, encoder = Generated(labels, recipe.seed), Encoder(vocabulary)
    return Batches(source, encoder, rows=recipe.rows, longest=recipe.longest)
