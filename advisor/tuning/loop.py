"""How is a model trained: seeded, a fixed number of steps, resumable?

The same recipe, data, seed and thread count give the same weights, bit for bit, also
across an interruption. There is no clock in the schedule.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from advisor.tuning.checkpoint import load_checkpoint, save_checkpoint
from advisor.tuning.data import Batch, Batches
from advisor.tuning.losses import answer_logits, answer_loss

Loss = Callable[[Any, Batch], torch.Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Hold all that decides the weights besides data and start.

    The rate rises over `warm_up` steps, stays at `learning_rate`, and falls linearly
    to a thirtieth over the last `decay` share of the steps. `autocast` computes in
    bfloat16 where that is safe.
    """

    steps: int
    learning_rate: float
    rows: int = 32
    longest: int = 224
    warm_up: int = 100
    decay: float = 0.3
    weight_decay: float = 0.05
    clip: float = 1.0
    seed: int = 1
    threads: int = 1
    autocast: bool = True

    def fingerprint(self) -> str:
        """Name the recipe by the SHA-256 of its values."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Tell how far training is; `loss` is smoothed, `seconds` count this sitting."""

    step: int
    steps: int
    loss: float
    examples: int
    tokens: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Tell what training came to; `finished` is False when the budget ended it."""

    finished: bool
    step: int
    loss: float
    examples: int
    tokens: int
    seconds: float


def answers_only(model: Any, batch: Batch) -> torch.Tensor:
    """Score a model by its surprise at the answers, not at the prompts."""
    return answer_loss(answer_logits(model, batch), batch)


def train(
    model: Any,
    batches: Batches,
    recipe: Recipe,
    *,
    loss: Loss = answers_only,
    on_progress: Callable[[Progress], None] = lambda _: None,
    every: int = 50,
    checkpoint: Path | None = None,
    budget_s: float | None = None,
    saved_every_s: float = 0.0,
) -> Outcome:
    """Train `model` in place, for the recipe's steps.

    With `checkpoint`, a file written every `every` steps but not more often than
    `saved_every_s`, training goes on where it stopped; a checkpoint of another recipe
    raises ValueError. `on_progress` may raise to cancel. `budget_s` seconds end this
    sitting at the next report.
    """
    with _threads(recipe.threads):
        torch.manual_seed(recipe.seed)
        sitting = _Sitting(model, recipe, loss, checkpoint)
        model.train()
        while sitting.step < recipe.steps:
            sitting.advance(batches[sitting.step])
            if sitting.step % every and sitting.step < recipe.steps:
                continue
            over = budget_s is not None and sitting.seconds() > budget_s
            if over or sitting.is_due(recipe.steps, saved_every_s):
                sitting.save()
            on_progress(sitting.progress())
            if over:
                break
        model.eval()
        return sitting.outcome()


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _Sitting:
    """Hold the moving parts of one call of `train`."""

    def __init__(
        self, model: Any, recipe: Recipe, loss: Loss, checkpoint: Path | None
    ) -> None:
        self._model, self._recipe, self._loss = model, recipe, loss
        self._path, self._started = checkpoint, time.monotonic()
        self._saved = self._started
        self._weights = [p for p in model.parameters() if p.requires_grad]
        self._optimizer = _optimizer(self._weights, recipe)
        self.step, self._smooth, self._examples, self._tokens = 0, 0.0, 0, 0
        if checkpoint is not None and checkpoint.exists():
            state = load_checkpoint(checkpoint, model, self._optimizer)
            if state["recipe"] != recipe.fingerprint():
                raise ValueError(
                    f"{checkpoint.name} belongs to another recipe. Delete it to start "
                    "anew, or use the recipe it was made with."
                )
            self.step, self._smooth = state["step"], state["loss"]
            self._examples, self._tokens = state["examples"], state["tokens"]

    def advance(self, batch: Batch) -> None:
        """Take one step."""
        recipe = self._recipe
        # By step, so that dropout falls the same way after an interruption.
        torch.manual_seed((recipe.seed << 24) + self.step)
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate(recipe, self.step)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=recipe.autocast):
            loss = self._loss(self._model, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._weights, recipe.clip)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        value = float(loss.detach())
        self._smooth = value if not self.step else 0.97 * self._smooth + 0.03 * value
        self.step += 1
        self._examples += batch.ids.shape[0]
        self._tokens += int(batch.attention.sum())

    def is_due(self, steps: int, every_s: float) -> bool:
        """Say whether the end is reached or nothing was saved for a while."""
        return self.step == steps or time.monotonic() - self._saved >= every_s

    def save(self) -> None:
        """Write the checkpoint, if there is a place for it."""
        self._saved = time.monotonic()
        if self._path is not None:
            state = {
                "recipe": self._recipe.fingerprint(),
                "step": self.step,
                "loss": self._smooth,
                "examples": self._examples,
                "tokens": self._tokens,
            }
            save_checkpoint(self._path, self._model, self._optimizer, state)

    def seconds(self) -> float:
        """Tell how long this sitting has lasted, in seconds."""
        return time.monotonic() - self._started

    def progress(self) -> Progress:
        """Tell how far training is."""
        return Progress(steps=self._recipe.steps, **self._figures())

    def outcome(self) -> Outcome:
        """Tell what training came to."""
        return Outcome(finished=self.step == self._recipe.steps, **self._figures())

    def _figures(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "loss": self._smooth,
            "examples": self._examples,
            "tokens": self._tokens,
            "seconds": self.seconds(),
        }


def learning_rate(recipe: Recipe, step: int) -> float:
    """Compute the rate of a step: warm up, stay, fall linearly."""
    if step < recipe.warm_up:
        return recipe.learning_rate * (step + 1) / recipe.warm_up
    falling = recipe.decay * recipe.steps
    left = recipe.steps - step
    if left < falling:
        return recipe.learning_rate * max(left / falling, 1 / 30)
    return recipe.learning_rate


def _optimizer(weights: list[Any], recipe: Recipe) -> torch.optim.AdamW:
    """Decay matrices, not the scales of norms."""
    groups = [
        {"params": [w for w in weights if w.dim() > 1], "weight_decay": 0.0},
        {"params": [w for w in weights if w.dim() < 2], "weight_decay": 0.0},
    ]
    groups[0]["weight_decay"] = recipe.weight_decay
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(0.9, 0.98))
