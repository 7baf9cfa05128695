"""What does the card of a model of six tasks say it is, and is not?"""

import json
import platform
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
import transformers

from advisor.builtin.training.wordings import tasks as task_names
from advisor.tuning.export import export
from advisor.tuning.family import data_sha256
from advisor.tuning.loop import Outcome, Progress
from advisor.tuning.task_models import TaskModel
from advisor.tuning.tasks import learn_tasks

LABELLED = ("sentiment", "intent")
LIMITS = [
    "Made to show the product on real models; not for use on customers' texts.",
    "Knows its tasks in the wordings of its training and answers nothing else.",
    "Reads English of at most about 150 tokens; other texts were not trained.",
    "Accuracy differs widely by task: see docs/builtin-models.md before relying on it.",
    "Hides personal data only in part; never the only guard of a privacy rule.",
]


def make(model: TaskModel, models: Path, work: Path, *, vocabulary: Any) -> Outcome:
    """Train one model and store it in `models`; checkpoints and log lie in `work`."""
    work.mkdir(parents=True, exist_ok=True)
    note = noting(model.name, work)
    made, outcome = learn_tasks(model, vocabulary, work, note=note)
    card = describe(model, made, outcome)
    export(made, vocabulary, models / model.name, card=card)
    return outcome


def noting(name: str, work: Path) -> Callable[[Progress], None]:
    """Make a listener that keeps progress as JSON lines and prints it."""

    def note(progress: Progress) -> None:
        told = asdict(progress).items()
        short = {k: round(v, 4) if isinstance(v, float) else v for k, v in told}
        with (work / f"{name}.jsonl").open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(short)}\n")
        print(name, json.dumps(short), flush=True)

    return note


def describe(model: TaskModel, made: Any, outcome: Outcome) -> dict[str, Any]:
    """Say on the model card what the model is and what it is not."""
    config = made.config
    known = list(task_names() if model.copying else LABELLED)
    card = {
        "name": model.name,
        "title": f"Built-in {model.name.replace('-', ' ')}",
        "architecture": "LlamaForCausalLM",
        "parameters": made.num_parameters(),
        "shape": {
            "layers": config.num_hidden_layers,
            "width": config.hidden_size,
            "heads": config.num_attention_heads,
            "mlp": config.intermediate_size,
            "context": config.max_position_embeddings,
        },
        "precision": "bf16",
        "licence": "mit",
        "languages": ["en"],
        "context_tokens": config.max_position_embeddings,
        "tokenizer": f"byte-level BPE, {config.vocab_size} tokens, of this family",
        "task": "Short tasks on English business texts: " + ", ".join(known) + ".",
        "tasks": known,
        "trained_on": "Generated and hand-written English examples of this product; no "
        "sample pack is among them.",
        "limits": LIMITS,
        "training": _training(model, outcome),
    }
    return card


def _training(model: TaskModel, outcome: Outcome) -> dict[str, Any]:
    copying = (model.short, model.long)
    return {
        "recipe": asdict(model.recipe),
        "again": [asdict(recipe) for recipe in model.again],
        "copying": [asdict(recipe) for recipe in copying if recipe is not None],
        "word_steps": model.words,
        "examples": outcome.examples,
        "tokens": outcome.tokens,
        "last_sitting_seconds": round(outcome.seconds),
        "answer_loss": round(outcome.loss, 4),
        "data_sha256": data_sha256(),
        "machine": platform.machine(),
        "versions": {
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        },
    }
