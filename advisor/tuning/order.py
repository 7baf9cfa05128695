"""What can be asked of tuning, in which bounds? Values only, no model runner.

An order names a technique and its figures. It is JSON in the product's rows, so that
web pages, the command line and the process that trains read the same one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from importlib.util import find_spec
from math import ceil
from typing import Any, Literal, get_args

Technique = Literal["fine_tune", "distil", "prune", "quantise"]
By = Literal["auto", "logits", "answers"]
Half = Literal["bf16", "fp16"]
TECHNIQUES: tuple[Technique, ...] = get_args(Technique)
PASSES = 10  # over the samples, where nobody says how many steps
FEWEST_STEPS = 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that a figure of an order may be."""

    low: float
    high: float


BOUNDS = {
    "steps": Bounds(1, 100_000),
    "learning_rate": Bounds(1e-7, 0.1),
    "rows": Bounds(1, 512),
    "longest": Bounds(8, 4096),
    "seed": Bounds(0, 2**31),
    "threads": Bounds(1, 256),
    "lora_rank": Bounds(0, 256),
    "temperature": Bounds(0.1, 20),
    "mix": Bounds(0, 1),
    "keep_layers": Bounds(0.05, 1),
    "keep_mlp": Bounds(0.05, 1),
    "keep_heads": Bounds(0.05, 1),
    "zeroed": Bounds(0, 0.95),
}
CHOICES = {"technique": TECHNIQUES, "by": get_args(By), "precision": get_args(Half)}


class OrderRefusedError(ValueError):
    """An order with figures out of bounds; ``problems`` holds one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One technique with its figures.

    Training: ``steps`` of ``rows`` examples of at most ``longest`` tokens at
    ``learning_rate``; ``lora_rank`` 0 trains all weights. Distilling: by the teacher's
    ``logits`` at ``temperature``, of which ``mix`` counts beside the right answer, or
    by its ``answers``; ``auto`` takes logits where the vocabularies agree. Pruning:
    shares of layers, MLP columns and heads to keep; ``zeroed`` above 0 instead sets
    that share of single weights to zero. Quantising: the half precision to store.
    """

    technique: Technique
    steps: int = 200
    learning_rate: float = 5e-4
    rows: int = 16
    longest: int = 256
    seed: int = 1
    threads: int = 1
    lora_rank: int = 0
    by: By = "auto"
    temperature: float = 2.0
    mix: float = 0.7
    keep_layers: float = 1.0
    keep_mlp: float = 1.0
    keep_heads: float = 1.0
    zeroed: float = 0.0
    precision: Half = "bf16"

    @property
    def trains(self) -> bool:
        """Say whether weights are trained at all."""
        return self.technique != "quantise" and not self.zeroed

    def document(self) -> dict[str, Any]:
        """Return the order as JSON values."""
        return asdict(self)


def order_of(document: Mapping[str, Any]) -> Order:
    """Return the order that a document spells.

    Raises:
        OrderRefusedError: Everything that is wrong with it, at once.
    """
    problems = [*_problems(document)]
    if problems:
        raise OrderRefusedError(problems)
    return Order(**document)


def has_peft() -> bool:
    """Say whether the optional extra for LoRA is installed; nothing is imported."""
    return find_spec("peft") is not None


def steps_for(samples: int, rows: int, passes: int = PASSES) -> int:
    """Return how many steps take ``samples`` ``passes`` times, ``rows`` at once."""
    return max(FEWEST_STEPS, ceil(samples * passes / rows))


def _problems(document: Mapping[str, Any]) -> Iterator[str]:
    known = {one.name: one.type for one in fields(Order)}
    for name, value in document.items():
        if name not in known:
            yield f"{name} is no part of an order. Leave it out."
        elif name in CHOICES:
            if value not in CHOICES[name]:
                yield f"{name} is {value!r}. Use one of {', '.join(CHOICES[name])}."
        else:
            yield from _out_of_bounds(name, value, whole=known[name] is int)
    if "technique" not in document:
        yield f"technique is missing. Use one of {', '.join(TECHNIQUES)}."
    elif document["technique"] == "prune" and not _prunes(document):
        yield (
            "Nothing would be pruned. Keep less than all of the layers, the MLP or the"
            " heads, or set a share of weights to zero."
        )


def _out_of_bounds(name: str, value: object, *, whole: bool) -> Iterator[str]:
    bounds = BOUNDS[name]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    kind = "a whole number" if whole else "a number"
    if (
        not isinstance(value, int | float)
        or not number
        or not bounds.low <= value <= bounds.high
        or (whole and not isinstance(value, int))
    ):
        yield (
            f"{name} is {value!r}. Give {kind} from {bounds.low:g} to {bounds.high:g}."
        )


def _prunes(document: Mapping[str, Any]) -> bool:
    shares = (document.get(name, 1.0) for name in ("keep_layers", "keep_mlp"))
    kept = (*shares, document.get("keep_heads", 1.0))
    return any(one != 1.0 for one in kept) or bool(document.get("zeroed"))
