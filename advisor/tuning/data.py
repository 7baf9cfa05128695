"""How do examples become batches that a causal language model learns from?

Batches are addressed by number, so that training resumes at any step without replay:
batch b lies in pool b // batches_per_pool, and a pool depends on its seed and number
alone. Rows are padded on the left, as at inference, so answers end the sequence.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch

SENTINEL = "\u241fuser-text\u241f"
LENGTH_STEP = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Hold one prompt and the answer to learn; `chat` puts both into the template."""

    prompt: str
    answer: str
    chat: bool = True


@dataclass(frozen=True, slots=True)
class Encoded:
    """Hold the token ids of one example; `answer` ends with the end-of-turn token."""

    prompt: list[int]
    answer: list[int]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Hold one step's tensors.

    `ids`, `attention` and `positions` have the shape (rows, length); `answers`
    (rows, kept) marks with True which of the last `kept` tokens belong to an answer.
    """

    ids: torch.Tensor
    attention: torch.Tensor
    positions: torch.Tensor
    answers: torch.Tensor


class Source(Protocol):
    """Give the examples of a pool; the same number gives the same examples."""

    def pool(self, number: int) -> Iterator[Example]:
        """Yield at least as many examples as a pool holds."""
        ...


@dataclass(frozen=True, slots=True)
class Generated:
    """Draw examples from a generator, a fresh one for every pool."""

    make: Callable[[int], Iterator[Example]]
    seed: int

    def pool(self, number: int) -> Iterator[Example]:
        """Yield without end; the pool's seed is drawn from (seed, number)."""
        return self.make(random.Random(f"{self.seed}:{number}").getrandbits(48))  # noqa: S311


@dataclass(frozen=True, slots=True)
class Listed:
    """Repeat a fixed list, shuffled anew for every pool and every round."""

    examples: Sequence[Example]
    seed: int

    def pool(self, number: int) -> Iterator[Example]:
        """Yield without end. Raises ValueError for an empty list."""
        if not self.examples:
            raise ValueError("There is nothing to learn from: give at least 1 example.")
        rng = random.Random(f"{self.seed}:{number}")  # noqa: S311
        while True:
            yield from rng.sample(self.examples, len(self.examples))


class Encoder:
    """Turn examples into token ids with the tokenizer's own chat template.

    The user's text never yields control tokens (`split_special_tokens`).
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._frame = _frame(tokenizer)
        self.end: int = tokenizer.eos_token_id
        self.pad: int = (
            self.end if tokenizer.pad_token_id is None else tokenizer.pad_token_id
        )

    def encode(self, examples: Sequence[Example]) -> list[Encoded]:
        """Encode; without a template, or with `chat` off, prompt and answer as text."""
        prompts = self._plain([e.prompt for e in examples])
        answers = self._plain(
            [e.answer if self._in_chat(e) else f" {e.answer}" for e in examples]
        )
        return [
            Encoded(self._wrap(e, prompt), [*answer, self.end])
            for e, prompt, answer in zip(examples, prompts, answers, strict=True)
        ]

    def prompt(self, text: str, *, chat: bool = True) -> list[int]:
        """Encode a prompt alone, as the model sees it before it answers."""
        example = Example(prompt=text, answer="", chat=chat)
        return self._wrap(example, self._plain([text])[0])

    def _in_chat(self, example: Example) -> bool:
        return example.chat and self._frame is not None

    def _wrap(self, example: Example, prompt: list[int]) -> list[int]:
        if self._frame is None or not example.chat:
            return prompt
        before, after = self._frame
        return [*before, *prompt, *after]

    def _plain(self, texts: list[str]) -> list[list[int]]:
        ids: list[list[int]] = self._tokenizer(
            texts, add_special_tokens=False, split_special_tokens=True
        )["input_ids"]
        return ids


def _frame(tokenizer: Any) -> tuple[list[int], list[int]] | None:
    """Encode what the chat template puts before and after the user's text."""
    if not tokenizer.chat_template:
        return None
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": SENTINEL}],
        tokenize=False,
        add_generation_prompt=True,
    )
    before, after = text.split(SENTINEL)
    first, last = tokenizer([before, after], add_special_tokens=False)["input_ids"]
    return list(first), list(last)


class Batches:
    """Give batch number b of a source, rows of similar length together."""

    def __init__(
        self,
        source: Source,
        encoder: Encoder,
        *,
        rows: int,
        longest: int,
        per_pool: int = 16,
    ) -> None:
        """Leave out examples over `longest` tokens; a pool is rows x per_pool."""
        self._source, self._encoder = source, encoder
        self._rows, self._longest, self._per_pool = rows, longest, per_pool
        self._held: tuple[int, list[list[Encoded]]] = (-1, [])

    def __getitem__(self, number: int) -> Batch:
        pool, place = divmod(number, self._per_pool)
        if self._held[0] != pool:
            self._held = (pool, self._fill(pool))
        return collate(self._held[1][place], self._encoder.pad)

    def _fill(self, pool: int) -> list[list[Encoded]]:
        wanted = self._rows * self._per_pool
        stream = self._source.pool(pool)
        kept: list[Encoded] = []
        for _ in range(100):
            drawn = [next(stream) for _ in range(wanted - len(kept))]
            kept += [e for e in self._encoder.encode(drawn) if len(e) <= self._longest]
            if len(kept) == wanted:
                break
        else:
            raise ValueError(
                f"Hardly any example fits into {self._longest} tokens. Raise `longest` "
                "or shorten the examples."
            )
        kept.sort(key=len)
        groups = [kept[i : i + self._rows] for i in range(0, wanted, self._rows)]
        random.Random(pool).shuffle(groups)  # noqa: S311
        return groups


def collate(rows: Sequence[Encoded], pad: int) -> Batch:
    """Pad rows on the left to a multiple of 16 tokens and mark the answers."""
    length = -(-max(len(row) for row in rows) // LENGTH_STEP) * LENGTH_STEP
    kept = max(len(row.answer) for row in rows)
    ids = torch.full((len(rows), length), pad, dtype=torch.long)
    attention = torch.zeros((len(rows), length), dtype=torch.long)
    answers = torch.zeros((len(rows), kept), dtype=torch.bool)
    for index, row in enumerate(rows):
        ids[index, length - len(row) :] = torch.tensor(row.prompt + row.answer)
        attention[index, length - len(row) :] = 1
        answers[index, kept - len(row.answer) :] = True
    positions = (attention.cumsum(1) - 1).clamp(min=0)
    return Batch(ids=ids, attention=attention, positions=positions, answers=answers)
