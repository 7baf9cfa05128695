"""How were the built-in models made from nothing by `scripts/train_builtin`?

Every model is trained from nothing on the CPU with one thread, a fixed number of steps
and a fixed seed, on examples that the seed alone decides. Stopped in the middle, the
same command goes on from the last checkpoint. Progress is kept as JSON lines.
"""

import copy
import hashlib
import json
import platform
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import torch
import transformers

from advisor.builtin.training import tickets
from advisor.tuning.data import Batches, Encoder, Example, Generated
from advisor.tuning.export import export
from advisor.tuning.loop import Outcome, Progress, Recipe, train
from advisor.tuning.shapes import Shape, new_model, train_tokenizer
from advisor.tuning.words import learn_words, read_as_bag, stay_near

VOCABULARY = 2048
TOKENIZER_TICKETS = 15_000
TOKENIZER_SEED = 5
IN_CHAT = 0.9
WORD_SEED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Hold how one model is made; `words` are the steps of its first stage."""

    name: str
    shape: Shape
    words: int
    recipe: Recipe


FAMILY = {
    member.name: member
    for member in (
        Member(
            name="tickets-large",
            shape=Shape(layers=6, width=192, heads=3, mlp=512, spread=0.0625),
            words=1500,
            recipe=Recipe(steps=300, learning_rate=3e-4),
        ),
        Member(
            name="tickets-medium",
            shape=Shape(layers=4, width=128, heads=2, mlp=384, spread=0.094),
            words=600,
            recipe=Recipe(steps=250, learning_rate=3e-4),
        ),
        Member(
            name="tickets-small",
            shape=Shape(layers=1, width=16, heads=1, mlp=32, spread=0.5),
            words=300,
            recipe=Recipe(steps=400, learning_rate=1e-3),
        ),
    )
}


def examples(seed: int) -> Iterator[Example]:
    """Yield what the ticket models learn: mostly in chat form, some as plain text."""
    rng = random.Random(seed)  # noqa: S311
    for ticket in tickets.tickets(seed):
        yield Example(
            prompt=tickets.prompt(ticket.text, rng),
            answer=ticket.intent,
            chat=rng.random() < IN_CHAT,
        )


@cache
def tokenizer(tickets_read: int = TOKENIZER_TICKETS) -> Any:
    """Learn the family's tokenizer from generated examples; always the same one.

    Answers are lines of their own, so that every intent is a single token: a model that
    must spell its answer learned nothing in 14,000 examples.
    """
    drawn = islice(examples(TOKENIZER_SEED), tickets_read)
    return train_tokenizer(
        (text for e in drawn for text in (e.prompt, e.answer)), VOCABULARY
    )


def data_sha256() -> str:
    """Name the training data: the SHA-256 of its files and of the code mixing it."""
    digest = hashlib.sha256()
    kinds = (".py", ".txt", ".json", ".jsonl")
    files = tickets.FOLDER.parent.rglob("*")
    for path in sorted(file for file in files if file.suffix in kinds):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def start(member: Member, vocabulary: Any) -> Any:
    """Make the model as a bag of words, on examples of a seed of their own."""
    recipe = member.recipe
    model = new_model(member.shape, vocabulary, recipe.seed)
    source = Generated(examples, WORD_SEED + recipe.seed)
    bags = Batches(source, Encoder(vocabulary), rows=64, longest=recipe.longest)
    learn_words(model, bags, steps=member.words, seed=recipe.seed)
    read_as_bag(model)
    return model


def make(
    member: Member, folder: Path, work: Path, *, vocabulary: Any, every: int = 50
) -> Outcome:
    """Train one model and store it in `folder`; checkpoint and log lie in `work`."""
    work.mkdir(parents=True, exist_ok=True)
    data = data_sha256()
    model = start(member, vocabulary)
    batches = Batches(
        Generated(examples, member.recipe.seed),
        Encoder(vocabulary),
        rows=member.recipe.rows,
        longest=member.recipe.longest,
    )
    log = work / f"{member.name}.jsonl"

    def note(progress: Progress) -> None:
        line = {k: _short(v) for k, v in asdict(progress).items()}
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(line)}\n")
        print(member.name, json.dumps(line), flush=True)

    outcome = train(
        model,
        batches,
        member.recipe,
        loss=stay_near(copy.deepcopy(model)),
        on_progress=note,
        every=every,
        checkpoint=work / f"{member.name}.safetensors",
    )
    card = describe(member, model.num_parameters(), outcome, data)
    export(model, vocabulary, folder, card=card)
    return outcome


def _short(value: Any) -> Any:
    return round(value, 4) if isinstance(value, float) else value


def describe(
    member: Member, parameters: int, outcome: Outcome, data: str
) -> dict[str, Any]:
    """Say on the model card what the model is and what it is not."""
    return {
        "name": member.name,
        "title": f"Built-in {member.name.replace('-', ' ')}",
        "architecture": "LlamaForCausalLM",
        "parameters": parameters,
        "shape": asdict(member.shape),
        "precision": "bf16",
        "licence": "mit",
        "languages": ["en"],
        "context_tokens": member.shape.context,
        "tokenizer": f"byte-level BPE, {VOCABULARY} tokens, made for this family",
        "task": "Names one of 8 intents of a support ticket.",
        "intents": list(tickets.INTENTS),
        "trained_on": "Generated and hand-written English support tickets of this "
        "product; no sample pack is among them.",
        "limits": [
            "Made to show the product on real models; not for use on customers' mail.",
            "Knows these 8 intents alone and answers nothing else.",
            "Reads English; an instruction unlike the training's lowers its accuracy.",
            "Tickets of more than about 200 tokens were not trained.",
        ],
        "training": {
            "recipe": asdict(member.recipe),
            "word_steps": member.words,
            "examples": outcome.examples,
            "tokens": outcome.tokens,
            "last_sitting_seconds": round(outcome.seconds),
            "answer_loss": round(outcome.loss, 4),
            "data_sha256": data,
            "machine": platform.machine(),
            "versions": {
                "torch": torch.__version__,
                "transformers": transformers.__version__,
            },
        },
    }
