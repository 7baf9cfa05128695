"""How does a new model learn to copy what it has read, before it learns any task?

Trained on tasks alone, models of this size extracted nothing in the time tried. So they
first read rows of random tokens in which spans come back, and are scored on every token
of a span but its first: to guess it, a model must find where the span stood before and
look one token further. Where a span stood differs in every row; at a fixed distance a
model learns the distance and not the copying.
"""

import random
from collections.abc import Sequence

import torch

from advisor.tuning.data import Batch, Batches

SHORTEST = 3


class Copies(Batches):
    """Give batch number b of random rows with repeated spans; (seed, b) decides it."""

    def __init__(
        self,
        *,
        vocabulary: int,
        special: int,
        rows: int,
        length: int,
        seed: int,
        span: int = 14,
        figures: Sequence[int] = (),
        figures_from: int = 0,
        few: bool = False,
    ) -> None:
        """Draw tokens in [special, vocabulary), spans of up to `span` tokens.

        With `figures`, the tokens of the digits, every second row of the batches from
        number `figures_from` on holds numbers: digits repeat, so that one token is not
        enough to find the place. With `few`, half of those rows are phrases of a few
        words instead, as in language.
        """
        self._least, self._most = special, vocabulary - 1
        self._rows, self._length, self._span = rows, length, span
        self._seed, self._figures, self._from = seed, figures, figures_from
        self._few = few

    def __getitem__(self, number: int) -> Batch:
        rng = random.Random(f"{self._seed}:{number}")  # noqa: S311
        counted = bool(self._figures) and number >= self._from
        made = [
            self._numbers(rng) if counted and row % 2 else self._row(rng)
            for row in range(self._rows)
        ]
        ids = torch.tensor([ids for ids, _ in made])
        scored = torch.tensor([scored for _, scored in made])
        everywhere = torch.ones_like(ids)
        return Batch(
            ids=ids,
            attention=everywhere,
            positions=everywhere.cumsum(1) - 1,
            answers=scored[:, 1:],
        )

    def _row(self, rng: random.Random) -> tuple[list[int], list[bool]]:
        """Draw one row: tokens, and which of them a copying model can guess."""
        fresh = rng.randint(self._length // 4, self._length // 2)
        ids = [rng.randint(self._least, self._most) for _ in range(fresh)]
        scored = [False] * fresh
        while len(ids) < self._length:
            size = rng.randint(SHORTEST, self._span)
            start = rng.randrange(max(1, len(ids) - size))
            span = ids[start : start + size]
            ids += span
            scored += [False, *[True] * (len(span) - 1)]
            if rng.random() < 0.4:
                ids.append(rng.randint(self._least, self._most))
                scored.append(False)
        return ids[: self._length], scored[: self._length]

    def _numbers(self, rng: random.Random) -> tuple[list[int], list[bool]]:
        """Draw a row of keys with a number or phrase behind each, some told again."""
        told: list[list[int]] = []
        ids: list[int] = []
        scored: list[bool] = []
        signs, most = self._figures, 8
        if self._few and rng.random() < 0.5:
            signs = [rng.randint(self._least, self._most) for _ in range(12)]
            most = self._span
        while len(ids) < self._length:
            if len(told) < 2 or rng.random() < 0.4:
                key = rng.randint(self._least, self._most)
                told.append([key, *rng.choices(signs, k=rng.randint(2, most))])
                ids += told[-1]
                scored += [False] * len(told[-1])
            else:
                again = rng.choice(told)
                ids += again
                scored += [False, *[True] * (len(again) - 1)]
        return ids[: self._length], scored[: self._length]
