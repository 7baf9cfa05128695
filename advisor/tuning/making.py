"""How is an order carried out: open the parent, change it, train, store, measure?

One call is one sitting. What is dear is kept in the work folder (the teacher's answers,
a pruned start, a checkpoint), so that the next sitting goes on where this one ended,
also after a kill. The weights depend on order, parent, teacher, examples and thread
count alone, not on how many sittings there were.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from advisor.tuning.data import Batches, Example, Listed
from advisor.tuning.distil import by_logits
from advisor.tuning.export import export
from advisor.tuning.halves import store_half
from advisor.tuning.loop import Loss, Outcome, Progress, Recipe, answers_only, train
from advisor.tuning.lora import add_adapters, merged
from advisor.tuning.opening import Opened, check_room, open_folder
from advisor.tuning.order import Order
from advisor.tuning.reading import NotTrainableError
from advisor.tuning.record import Tell, described, measured, outcome_of
from advisor.tuning.start import pruned_start
from advisor.tuning.teacher import Teacher, answered, opened_teacher
from advisor.tuning.unstructured import zero_smallest

SAVED_EVERY_S = 10.0
LORA_SHARE = 0.05  # of the weights, at most, that adapters usually add
WARM_UP = 10  # one part in so many of all steps


def silent(stage: str, progress: Progress | None) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An order with what it is about; ``teacher`` is a folder, ``out`` the result's.

    Where the teacher's answers were fetched elsewhere, they stand in the examples.
    """

    order: Order
    parent: Path
    examples: tuple[Example, ...]
    out: Path
    work: Path
    teacher: Path | None = None


@dataclass(slots=True, kw_only=True)
class Sitting:
    """How long this sitting may last, and how long the whole work, in seconds."""

    sitting_s: float | None = None
    budget_s: float | None = None
    tell: Tell = silent
    started: float = field(default_factory=time.monotonic)

    @property
    def spent_s(self) -> float:
        """Return how long this sitting has lasted."""
        return time.monotonic() - self.started

    @property
    def left_s(self) -> float | None:
        """Return how long this sitting may still last, None without an end."""
        ends = [one for one in (self.sitting_s, self.budget_s) if one is not None]
        return max(0.0, min(ends) - self.spent_s) if ends else None

    @property
    def is_broke(self) -> bool:
        """Say whether the budget of the whole work is used up."""
        return self.budget_s is not None and self.spent_s >= self.budget_s


def make(job: Job, sitting: Sitting) -> dict[str, Any] | None:
    """Carry out an order; return its record, or None where another sitting is needed.

    Raises NotTrainableError and its kin for a model, teacher or examples that will
    not do; nothing is stored in ``out`` then.
    """
    torch.set_num_threads(job.order.threads)
    sitting.tell("Opening the model", None)
    parent = open_folder(job.parent)
    if job.order.technique == "quantise":
        return store_half(job.order, parent, _prompts(job), job.out, sitting.tell)
    if job.order.zeroed:
        share = zero_smallest(parent.network, job.order.zeroed)
        return _finish(job, parent, parent.network, {"zeros": share}, sitting)
    return _train(job, parent, sitting)


def _train(job: Job, parent: Opened, sitting: Sitting) -> dict[str, Any] | None:
    order = job.order
    check_room(parent.weights, trained=LORA_SHARE if order.lora_rank else 1.0)
    teacher = opened_teacher(order, parent, job.teacher)
    examples = _examples(job, teacher, sitting)
    if examples is None:
        return None
    if not examples:
        raise NotTrainableError("There is nothing to learn from: no example is left.")
    batches = Batches(
        Listed(examples, order.seed),
        parent.encoder,
        rows=order.rows,
        longest=order.longest,
        per_pool=max(1, min(16, len(examples) // order.rows)),
    )
    facts: dict[str, Any] = {"taught_by": teacher.by} if teacher else {}
    model, adapted = parent.network, None
    if order.technique == "prune":
        sitting.tell("Measuring what matters", None)
        model, facts = pruned_start(order, parent, batches, job.work)
    elif order.lora_rank:
        adapted = add_adapters(model, rank=order.lora_rank, seed=order.seed)
    loss: Loss = answers_only
    if teacher is not None and teacher.by == "logits":
        loss = _by_logits(order, teacher.opened, parent)
    outcome = _sit(job, model, batches, loss, sitting)
    if not outcome.finished and not sitting.is_broke:
        return None
    plain = merged(adapted) if adapted is not None else model
    facts |= outcome_of(outcome, order)
    return _finish(job, parent, plain, facts, sitting)


def _examples(
    job: Job, teacher: Teacher | None, sitting: Sitting
) -> Sequence[Example] | None:
    """Return what is learned from; None where the teacher is asked in another sitting.

    Raises NotTrainableError where the budget leaves no time for another one.
    """
    if teacher is None or teacher.by != "answers":
        return job.examples
    sitting.tell("Asking the teacher", None)
    said = answered(teacher, job.examples, job.work, left=lambda: sitting.left_s)
    if said is None and sitting.is_broke:
        raise NotTrainableError(
            "The budget was used up before the teacher had answered every sample."
            " Give more minutes."
        )
    return said


def _by_logits(order: Order, teacher: Opened | None, student: Opened) -> Loss:
    assert teacher is not None  # noqa: S101
    return by_logits(
        teacher.network,
        teacher.tokenizer,
        student.tokenizer,
        temperature=order.temperature,
        mix=order.mix,
    )


def _sit(
    job: Job, model: Any, batches: Batches, loss: Loss, sitting: Sitting
) -> Outcome:
    """Train for as long as this sitting may last, from the checkpoint if there is one.

    Bfloat16 is left out of the arithmetic: whether it is fast depends on the machine,
    and a job may go on on another one.
    """
    order = job.order
    recipe = Recipe(
        steps=order.steps,
        learning_rate=order.learning_rate,
        rows=order.rows,
        longest=order.longest,
        warm_up=max(1, min(100, order.steps // WARM_UP)),
        seed=order.seed,
        threads=order.threads,
        autocast=False,
    )
    stage = "Recovering" if order.technique == "prune" else "Training"
    sitting.tell(stage, None)
    return train(
        model,
        batches,
        recipe,
        loss=loss,
        on_progress=lambda progress: sitting.tell(stage, progress),
        every=1,
        checkpoint=job.work / "checkpoint.safetensors",
        budget_s=sitting.left_s,
        saved_every_s=SAVED_EVERY_S,
    )


def _finish(
    job: Job, parent: Opened, model: Any, facts: dict[str, Any], sitting: Sitting
) -> dict[str, Any]:
    """Store the result in the parent's own type, and measure both."""
    sitting.tell("Measuring speed", None)
    model.eval()
    speed = measured(model, parent, _prompts(job), job.order)
    export(model, parent.tokenizer, job.out, dtype=parent.stored)
    return described(job.order, parent, job.out, facts | {"speed": speed})


def _prompts(job: Job) -> list[str]:
    return [one.prompt for one in job.examples[:8]]
