"""How is a long answer kept from drowning a short one in the loss?

Averaged over tokens, a label of one token hardly counts beside a record of fifty. Here
each token of an answer of n tokens counts n to the minus `power`: at 1/2 the answer
weighs as much as the root of n, at 1 all answers weigh alike.
"""

from typing import Any

import torch
from torch.nn import functional

from advisor.tuning.data import Batch
from advisor.tuning.loop import Loss
from advisor.tuning.losses import answer_logits

POWER = 0.5


def token_weights(batch: Batch, power: float = POWER) -> torch.Tensor:
    """Weigh every answer token; shape (tokens of all answers,), mean 1."""
    lengths = batch.answers.sum(1, keepdim=True).clamp(min=1).float()
    weights = lengths.pow(-power).expand_as(batch.answers)[batch.answers]
    return weights / weights.mean()


def evenly(power: float) -> Loss:
    """Make a loss: the cross entropy of the answers' tokens, longer answers damped."""

    def loss(model: Any, batch: Batch) -> torch.Tensor:
        logits = answer_logits(model, batch)
        targets = batch.ids[:, -batch.answers.shape[1] :][batch.answers]
        each = functional.cross_entropy(
            logits[batch.answers].float(), targets, reduction="none"
        )
        return (each * token_weights(batch, power)).mean()

    return loss


even_loss = evenly(POWER)


def near_teacher(
    teacher: Any, *, temperature: float = 1.5, mix: float = 0.6, power: float = POWER
) -> Loss:
    """Make a loss: `mix` of the distance to the teacher, the rest the right answer.

    The distance is that of `losses.distil_loss`, weighted like the rest. The teacher
    is frozen; its vocabulary must be the student's.
    """
    teacher.eval().requires_grad_(False)

    def loss(student: Any, batch: Batch) -> torch.Tensor:
        mine = answer_logits(student, batch)[batch.answers].float()
        with torch.no_grad():
            other = answer_logits(teacher, batch)[batch.answers].float()
        targets = batch.ids[:, -batch.answers.shape[1] :][batch.answers]
        right = functional.cross_entropy(mine, targets, reduction="none")
        far = functional.kl_div(
            functional.log_softmax(mine / temperature, -1),
            functional.log_softmax(other / temperature, -1),
            log_target=True,
            reduction="none",
        ).sum(-1)
        each = mix * temperature**2 * far + (1 - mix) * right
        return (each * token_weights(batch, power)).mean()

    return loss
