"""How are jobs and made models told? States, recipes, sizes and times in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from advisor.adaptations.models import Adaptation
from advisor.sizing import formats
from advisor.web.parts import Fact, Verdict

S = Adaptation.State
STATES: dict[str, tuple[Any, str]] = {
    S.QUEUED: ("quiet", "wait"),
    S.RUNNING: ("accent", "run"),
    S.DONE: ("pass", "pass"),
    S.FAILED: ("fail", "fail"),
    S.CANCELLED: ("quiet", "skip"),
}
WHAT = {
    "fine_tune": "Fine-tune",
    "distil": "Distil",
    "prune": "Prune",
    "quantise": "Quantise",
}
LEDES = {
    "fine_tune": "The model learns the right answers of the tuning samples. It pays"
    " where a small model understands the texts but not your labels or format.",
    "distil": "The model learns from another one: from its belief about every token"
    " where both share a vocabulary, else from its own answers. It pays where right"
    " answers are few and a good teacher is at hand.",
    "prune": "Whole layers, heads and columns that matter least on your tuning samples"
    " are left out, and what is left is trained to recover. The file is smaller and"
    " the model faster, for some quality.",
    "quantise": "The weights are stored in 16 bits, and every precision is timed here."
    " The file shrinks; whether it is faster depends on the machine, and is told.",
}


def state_of(adaptation: Adaptation) -> Verdict:
    """Return where a job stands."""
    tone, icon = STATES[adaptation.state]
    return Verdict(tone, icon, adaptation.get_state_display())


def parameters(count: float | None) -> str:
    """Return a number of parameters, in millions from a million on."""
    if count is None:
        return formats.DASH
    if count >= 1e9:
        return f"{formats.number(count / 1e9, 2)} B"
    if count >= 1e6:
        return f"{formats.number(count / 1e6, 2)} M"
    return f"{formats.number(count / 1e3, 0)} K"


def file_size(size: float | None) -> str:
    """Return bytes of a file as people say them."""
    if size is None:
        return formats.DASH
    if size < 1e6:
        return f"{formats.number(size / 1e3)} KB"
    return (
        f"{formats.number(size / 1e6, 1)} MB"
        if size < 1e9
        else formats.gigabytes(size / 1e9)
    )


def lasted(seconds: float | None) -> str:
    """Return how long work took: seconds up to two minutes, then minutes."""
    if seconds is None:
        return formats.DASH
    if seconds < 120:
        return f"{formats.number(seconds, 1)} s"
    return f"{formats.number(seconds / 60, 1)} min"


def recipe_facts(adaptation: Adaptation) -> tuple[Fact, ...]:
    """Return the figures of a job that its technique looks at."""
    return tuple(
        Fact(term=term, value=value) for term, value in _recipe(adaptation.recipe)
    )


def _recipe(order: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    technique = order["technique"]
    if technique == "quantise":
        yield "Stored in", str(order["precision"])
    elif order["zeroed"]:
        yield "Single weights set to zero", formats.percent(order["zeroed"], 0)
    else:
        if technique == "prune":
            kept = (
                ("layers", "keep_layers"),
                ("MLP", "keep_mlp"),
                ("heads", "keep_heads"),
            )
            told = (
                f"{formats.percent(order[key], 0)} of the {name}" for name, key in kept
            )
            yield "Kept", ", ".join(told)
        if technique == "distil":
            yield "Taught by", _taught(order)
        if technique == "fine_tune":
            rank = order["lora_rank"]
            yield "Trained", f"LoRA of rank {rank}" if rank else "all weights"
        steps = formats.count(order["steps"], "step")
        yield (
            "Training",
            f"{steps} of {order['rows']} samples, at {order['learning_rate']:g}",
        )
    yield (
        "Seed and threads",
        f"{order['seed']}, {formats.count(order['threads'], 'thread')}",
    )


def _taught(order: Mapping[str, Any]) -> str:
    if order["by"] == "answers":
        return "its own answers"
    weight = f"temperature {order['temperature']:g}, weight {order['mix']:g}"
    return f"logits, {weight}" if order["by"] == "logits" else f"what fits ({weight})"
