"""What is told of a made model: order, sizes, speed before and after, versions?"""

import platform
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import safetensors
import torch
import transformers

from advisor.engines.model_files import check_folder, weights_sha256
from advisor.tuning.loop import Outcome, Progress
from advisor.tuning.opening import Opened, open_folder
from advisor.tuning.order import Order
from advisor.tuning.quantise import Precision, Speed, measure_speed

NEW_TOKENS = 16
TURNS = 3
# Takes the stage, and how far training is where it is under way.
Tell = Callable[[str, Progress | None], None]


def measured(
    model: Any, parent: Opened, prompts: list[str], order: Order
) -> dict[str, Any]:
    """Time parent and result on the same prompts, in 32 bits, one at a time.

    In turns, so that other load on the machine slows both; a difference is only one
    where the slowest turn of the one is faster than the fastest of the other. The
    parent is opened anew, since most techniques change it in place.
    """
    if not prompts:
        return {}
    before = open_folder(parent.folder)
    turns: dict[str, list[Speed]] = {"before": [], "after": []}
    for _ in range(TURNS):
        turns["before"].append(speed_of(before.network, parent, prompts, "fp32"))
        turns["after"].append(speed_of(model, parent, prompts, "fp32"))
    return compared(turns, order.threads, len(prompts))


def compared(
    turns: dict[str, list[Speed]], threads: int, prompts: int
) -> dict[str, Any]:
    """Return the medians of turns, their spread, and what they say in a sentence."""
    first = {
        name: sorted(one.ttft_ms for one in found) for name, found in turns.items()
    }
    told = {
        name: {
            "ttft_ms": round(median(first[name]), 3),
            "ttft_ms_from": round(first[name][0], 3),
            "ttft_ms_to": round(first[name][-1], 3),
            "tokens_per_second": round(
                median(one.tokens_per_second for one in found), 1
            ),
        }
        for name, found in turns.items()
    }
    gain = 1 - told["after"]["ttft_ms"] / told["before"]["ttft_ms"]
    sentence = "Not faster here: the difference is within the spread of the turns."
    if first["after"][-1] < first["before"][0]:
        sentence = f"Faster here: the first token comes {gain:.0%} sooner."
    elif first["before"][-1] < first["after"][0]:
        sentence = f"Slower here: the first token comes {-gain:.0%} later."
    return {**told, "threads": threads, "prompts": prompts, "sentence": sentence}


def speed_of(
    model: Any, parent: Opened, prompts: list[str], precision: Precision
) -> Speed:
    """Time a model as the engine would ask it."""
    return measure_speed(
        model,
        parent.tokenizer,
        prompts,
        precision,
        new_tokens=NEW_TOKENS,
        encoder=parent.encoder,
    )


def spoken(speed: Speed) -> dict[str, Any]:
    """Return a speed as JSON values."""
    return {
        "ttft_ms": round(speed.ttft_ms, 3),
        "tokens_per_second": round(speed.tokens_per_second, 1),
    }


def outcome_of(outcome: Outcome, order: Order) -> dict[str, Any]:
    """Return what training came to, as JSON values."""
    return {
        "steps": outcome.step,
        "steps_ordered": order.steps,
        "answer_loss": round(outcome.loss, 4),
        "examples_seen": outcome.examples,
        "tokens_seen": outcome.tokens,
    }


def described(
    order: Order, parent: Opened, out: Path, facts: dict[str, Any]
) -> dict[str, Any]:
    """Return the record of a result that lies in ``out``."""
    made = check_folder(out)
    return {
        "order": order.document(),
        "before": _sizes(parent.folder, parent.weights.parameters, parent.sha256),
        "after": _sizes(out, made.parameters, weights_sha256(out)),
        "architecture": type(parent.network).__name__,
        **facts,
        "machine": platform.machine(),
        "versions": {
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "safetensors": safetensors.__version__,
        },
    }


def _sizes(folder: Path, parameters: int, sha256: str) -> dict[str, Any]:
    held = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    return {"parameters": parameters, "bytes": held, "weights_sha256": sha256}
