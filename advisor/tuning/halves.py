"""What does a model of fewer bits weigh, say and cost in time on this machine?

Every precision is timed and asked the same prompts; a half is stored. Dynamic int8
lives in memory alone: transformers loads no such file, so it is measured and told, and
never becomes a candidate.
"""

from pathlib import Path
from typing import Any

import torch

from advisor.tuning.evaluate import answers
from advisor.tuning.export import export
from advisor.tuning.opening import Opened
from advisor.tuning.order import Order
from advisor.tuning.quantise import PRECISIONS, Precision, Speed, in_precision, verdict
from advisor.tuning.record import TURNS, Tell, compared, described, speed_of, spoken

HALVES = {"bf16": torch.bfloat16, "fp16": torch.float16}
Turns = dict[Precision, list[Speed]]


def store_half(
    order: Order, parent: Opened, prompts: list[str], out: Path, tell: Tell
) -> dict[str, Any]:
    """Store the ordered half and tell how each precision did beside 32 bits."""
    turns: Turns = {}
    said: dict[Precision, list[str]] = {}
    rows: list[dict[str, Any]] = []
    for precision in PRECISIONS if prompts else ():
        tell(f"Measuring {precision}", None)
        try:
            turns[precision] = [
                speed_of(parent.network, parent, prompts, precision)
                for _ in range(TURNS)
            ]
            said[precision] = _answers(parent, prompts, precision)
        except RuntimeError as error:
            turns.pop(precision, None)
            why = str(error).splitlines()[0][:200]
            rows.append({"precision": precision, "note": f"does not run here: {why}"})
            continue
        rows.append(_row(precision, turns, said))
    export(parent.network, parent.tokenizer, out, dtype=HALVES[order.precision])
    speed: dict[str, Any] = {}
    if order.precision in turns:
        both = {"before": turns["fp32"], "after": turns[order.precision]}
        speed = compared(both, order.threads, len(prompts))
    return described(order, parent, out, {"precisions": rows, "speed": speed})


def _row(
    precision: Precision, turns: Turns, said: dict[Precision, list[str]]
) -> dict[str, Any]:
    """Return what was found of a precision beside 32 bits."""
    plain, mine = _middle(turns["fp32"]), _middle(turns[precision])
    pairs = zip(said["fp32"], said[precision], strict=True)
    return {
        "precision": precision,
        **spoken(mine),
        "weights_bytes": mine.weights_bytes,
        "same_answers": sum(one == other for one, other in pairs),
        "asked": len(said[precision]),
        "note": "" if precision == "fp32" else verdict(plain, mine),
    }


def _middle(turns: list[Speed]) -> Speed:
    return sorted(turns, key=lambda one: one.ttft_ms)[len(turns) // 2]


def _answers(parent: Opened, prompts: list[str], precision: Precision) -> list[str]:
    model = in_precision(parent.network, precision)
    return answers(model, parent.tokenizer, prompts, encoder=parent.encoder)
