"""What is minimised: the surprise at the answer, and at the teacher's belief?"""

import inspect
from typing import Any

import torch
from torch.nn import functional

from advisor.tuning.data import Batch


def answer_logits(model: Any, batch: Batch) -> torch.Tensor:
    """Predict the answers' tokens: shape (rows, kept, vocabulary).

    Only the last positions are computed where the architecture can (`logits_to_keep`).
    """
    kept = batch.answers.shape[1]
    given = inspect.signature(model.forward).parameters
    extra: dict[str, Any] = {}
    if "logits_to_keep" in given:
        extra["logits_to_keep"] = kept + 1
    if "position_ids" in given:
        extra["position_ids"] = batch.positions
    output = model(
        input_ids=batch.ids, attention_mask=batch.attention, use_cache=False, **extra
    )
    logits: torch.Tensor = output.logits[:, -(kept + 1) : -1]
    return logits


def answer_loss(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Average the cross entropy over the answers' tokens (nats a token)."""
    targets = batch.ids[:, -batch.answers.shape[1] :][batch.answers]
    return functional.cross_entropy(logits[batch.answers].float(), targets)


def distil_loss(
    student: torch.Tensor, teacher: torch.Tensor, batch: Batch, temperature: float
) -> torch.Tensor:
    """Average KL(teacher || student) over the answers' tokens, times temperature².

    Source: Hinton, Vinyals, Dean, "Distilling the Knowledge in a Neural Network"
    (2015), section 2. Both logits have the shape (rows, kept, vocabulary).
    """
    mine = functional.log_softmax(student[batch.answers].float() / temperature, -1)
    other = functional.log_softmax(teacher[batch.answers].float() / temperature, -1)
    divergence = functional.kl_div(mine, other, log_target=True, reduction="batchmean")
    return divergence * temperature**2
