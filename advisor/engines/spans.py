"""What of one prompt is in a row of packed tokens, and what may its tokens see?"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch


@dataclass(slots=True, kw_only=True)
class Span:
    """Tokens of one prompt: `text` in order, then `branches` that part at its end.

    `slot` is where its keys and values are kept, None when they are not needed again.
    """

    text: Sequence[int]
    branches: Sequence[Sequence[int]] = ()
    slot: int | None = None
    begin: int = 0
    mask: torch.Tensor | None = None

    @property
    def length(self) -> int:
        """Return the tokens of text and branches."""
        return len(self.text) + sum(map(len, self.branches))


def place(span: Span, ids: list[int], positions: list[int], *, after: int) -> None:
    """Add a span's tokens to the row; `after` tokens of a prefix come before them."""
    span.begin = len(ids)
    ids += span.text
    start = after + len(span.text)
    positions += range(after, start)
    for branch in span.branches:
        ids += branch
        positions += range(start, start + len(branch))


def branch_mask(
    span: Span, device: torch.device, kind: torch.dtype
) -> torch.Tensor | None:
    """Return what the tokens of branches see: the text and their own branch so far."""
    sizes = [len(branch) for branch in span.branches]
    if not any(sizes):
        return None
    text, total = len(span.text), sum(sizes)
    hidden = torch.ones(total, text + total, dtype=torch.bool, device=device)
    hidden[:, :text] = False
    at = 0
    for size in sizes:
        block = torch.ones(size, size, dtype=torch.bool, device=device).triu(1)
        hidden[at : at + size, text + at : text + at + size] = block
        at += size
    mask = torch.zeros(hidden.shape, dtype=kind, device=device)
    return mask.masked_fill_(hidden, torch.finfo(kind).min)[None, None]
