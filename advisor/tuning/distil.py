"""How does a student learn from a teacher: by its belief, or by its answers?

By logits where both share a vocabulary; by the teacher's own answers (sequence level)
where they do not, or where the teacher is an endpoint whose logits nobody sees.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import torch

from advisor.tuning.data import Batch, Example, Source
from advisor.tuning.evaluate import answers
from advisor.tuning.loop import Loss
from advisor.tuning.losses import answer_logits, answer_loss, distil_loss

Ask = Callable[[Sequence[str]], list[str]]


class VocabulariesDifferError(ValueError):
    """Raised when logits cannot be compared token by token."""


def by_logits(
    teacher: Any,
    teacher_tokenizer: Any,
    tokenizer: Any,
    *,
    temperature: float = 2.0,
    mix: float = 0.7,
) -> Loss:
    """Make a loss: `mix` of the distance to the teacher, the rest of the right answer.

    `mix` lies in [0, 1], `temperature` above 0. The teacher is frozen. Raises
    VocabulariesDifferError; the remedy is `Answered`.
    """
    if not 0 <= mix <= 1 or temperature <= 0:
        raise ValueError(
            f"Give a mix in [0, 1] and a temperature above 0, not {mix} and "
            f"{temperature}."
        )
    if teacher_tokenizer.get_vocab() != tokenizer.get_vocab():
        raise VocabulariesDifferError(
            "Teacher and student cut text into different tokens. Distil from the "
            "teacher's answers instead."
        )
    teacher.eval().requires_grad_(False)

    def loss(student: Any, batch: Batch) -> torch.Tensor:
        mine = answer_logits(student, batch)
        with torch.no_grad():
            other = answer_logits(teacher, batch)
        # Equal vocabularies may be padded to different sizes.
        size = min(mine.shape[-1], other.shape[-1])
        mine, other = mine[..., :size], other[..., :size]
        far = distil_loss(mine, other, batch, temperature)
        return mix * far + (1 - mix) * answer_loss(mine, batch)

    return loss


def ask_model(teacher: Any, tokenizer: Any, *, max_tokens: int) -> Ask:
    """Make a local model answer many prompts greedily."""

    def ask(prompts: Sequence[str]) -> list[str]:
        return answers(teacher, tokenizer, prompts, max_tokens=max_tokens)

    return ask


@dataclass(frozen=True, slots=True)
class Answered:
    """Give a source's prompts with the teacher's answers in place of the right ones.

    `at_once` prompts are asked together. An empty answer teaches nothing and is left
    out.
    """

    source: Source
    ask: Ask
    at_once: int = 128

    def pool(self, number: int) -> Iterator[Example]:
        """Yield the source's pool, answered by the teacher."""
        stream = self.source.pool(number)
        while group := list(islice(stream, self.at_once)):
            said = self.ask([example.prompt for example in group])
            for example, answer in zip(group, said, strict=True):
                if answer.strip():
                    yield replace(example, answer=answer.strip())
