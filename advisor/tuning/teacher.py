"""Who teaches: by its belief where both share a vocabulary, else by its answers?"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from advisor.tuning.data import Example
from advisor.tuning.evaluate import answers
from advisor.tuning.opening import Opened, open_folder
from advisor.tuning.order import Order
from advisor.tuning.reading import NotTrainableError

AT_ONCE = 32
FEWEST_TOKENS, MOST_TOKENS = 8, 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """A teacher that lies here; ``opened`` None where its answers are given already."""

    opened: Opened | None
    by: Literal["logits", "answers"]


def opened_teacher(
    order: Order, student: Opened, folder: Path | None
) -> Teacher | None:
    """Return who teaches, None where nobody does: the examples' own answers count.

    Raises NotTrainableError where logits are asked for and the vocabularies differ.
    """
    if order.technique == "prune" and order.mix > 0 and order.by == "logits":
        # The whole model teaches what is left of it.
        return Teacher(opened=open_folder(student.folder), by="logits")
    if order.technique != "distil":
        return None
    if folder is None:
        if order.by == "logits":
            raise NotTrainableError(
                "Only a teacher whose weights lie here shows its logits. Distil from"
                " its answers instead."
            )
        return None
    opened = open_folder(folder)
    same = opened.tokenizer.get_vocab() == student.tokenizer.get_vocab()
    if order.by == "logits" and not same:
        raise NotTrainableError(
            f"{folder.name} and {student.folder.name} cut text into different tokens,"
            " so logits cannot be compared. Distil from its answers instead."
        )
    by_logits = same and order.by != "answers"
    return Teacher(opened=opened, by="logits" if by_logits else "answers")


def answered(
    teacher: Teacher,
    examples: Sequence[Example],
    work: Path,
    *,
    left: Callable[[], float | None],
) -> list[Example] | None:
    """Put the teacher's answers in place of the right ones; they are kept in ``work``.

    None where the sitting ended before all were asked. An empty answer teaches nothing
    and is left out.
    """
    assert teacher.opened is not None  # noqa: S101
    kept = work / "answers.json"
    said: list[str] = json.loads(kept.read_text("utf-8")) if kept.exists() else []
    longest = max((len(one.answer.split()) for one in examples), default=0)
    while len(said) < len(examples):
        rest = left()
        if rest is not None and rest <= 0:
            return None
        chosen = examples[len(said) : len(said) + AT_ONCE]
        said += answers(
            teacher.opened.network,
            teacher.opened.tokenizer,
            [one.prompt for one in chosen],
            max_tokens=min(MOST_TOKENS, max(FEWEST_TOKENS, 4 * longest)),
            encoder=teacher.opened.encoder,
        )
        _keep(kept, said)
    pairs = zip(examples, said, strict=True)
    return [replace(one, answer=text.strip()) for one, text in pairs if text.strip()]


def _keep(path: Path, said: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".writing")
    beside.write_text(json.dumps(said), encoding="utf-8")
    os.replace(beside, path)
