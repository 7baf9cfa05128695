"""How does a GPU attend to many spans of a row at once?

A processor takes span after span; a GPU is idle between so many small kernels. Here
the spans of a pass are laid side by side, padded to the longest, for attention alone:
one kernel for all texts of a layer, one for all branches. Where each token goes is
worked out once a pass and used by every layer.
"""

from collections.abc import Sequence
from itertools import chain

import torch

from advisor.engines.attention import Part, aligned, attend
from advisor.engines.slot_cache import SlotCache
from advisor.engines.spans import Span

Row = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


class PaddedSpans:
    """The tables of one pass; the spans' places in the row are known by now."""

    def __init__(
        self, spans: Sequence[Span], device: torch.device, kind: torch.dtype
    ) -> None:
        self._device = device
        texts = [list(range(s.begin, s.begin + len(s.text))) for s in spans]
        branches = [
            list(range(s.begin + len(s.text), s.begin + s.length)) for s in spans
        ]
        self._texts, real = self._table(texts)
        self._branches, branch_real = self._table(branches)
        self._mask: torch.Tensor | None = None
        if branch_real:
            self._mask = self._hidden(spans, kind)
            real = [*real, *(self._texts.numel() + at for at in branch_real)]
            # Of each span the text's tokens come before the branches', as in the row.
            places = chain(chain.from_iterable(texts), chain.from_iterable(branches))
            real = [at for _, at in sorted(zip(places, real, strict=True))]
        self._real = self._numbers(real)
        kept = [s for s in spans if s.slot is not None]
        self._slots = self._numbers([s.slot for s in kept for _ in s.text])
        self._within = self._numbers([at for s in kept for at in range(len(s.text))])
        self._from = self._numbers(
            [at for s in kept for at in range(s.begin, s.begin + len(s.text))]
        )

    def attend(self, row: Row, *, scaling: float | None) -> Part:
        """Return the attention of all spans' tokens [1, heads, tokens, size], in order.

        `row` holds query, key and value of the whole row.
        """
        query, key, value = (part[0].transpose(0, 1) for part in row)
        texts = tuple(_beside(part, self._texts) for part in (query, key, value))
        found = _flat(attend(*texts, scaling=scaling, causal=True))
        if self._mask is not None:
            seen = torch.cat((self._texts, self._branches), 1)
            own = attend(
                _beside(query, self._branches),
                _beside(key, seen),
                _beside(value, seen),
                scaling=scaling,
                mask=self._mask,
            )
            pairs = zip(found, _flat(own), strict=True)
            found = [torch.cat(pair) for pair in pairs]
        out, total = (part.index_select(0, self._real) for part in found)
        return out.transpose(0, 1)[None], total.transpose(0, 1)[None]

    def keep(
        self, layer: int, cache: SlotCache, key: torch.Tensor, value: torch.Tensor
    ) -> None:
        """Place the texts' keys and values in their slots."""
        if len(self._from):
            where = (self._slots, self._within)
            cache.put_tokens(layer, where, *(p[0][:, self._from] for p in (key, value)))

    def _table(self, places: list[list[int]]) -> tuple[torch.Tensor, list[int]]:
        """Return places side by side [spans, longest], and which of them are real."""
        longest = max(map(len, places))
        wide = [[*found, *[0] * (longest - len(found))] for found in places]
        real = [
            number * longest + at
            for number, found in enumerate(places)
            for at in range(len(found))
        ]
        flat = self._numbers(list(chain.from_iterable(wide)))
        return flat.reshape(len(places), longest), real

    def _hidden(self, spans: Sequence[Span], kind: torch.dtype) -> torch.Tensor:
        """Return what tokens of branches see: the text and their own branch so far."""
        owners = [
            [n for n, branch in enumerate(span.branches) for _ in branch]
            for span in spans
        ]
        count, longest = self._branches.shape
        # Padding owns itself: a row of the mask that hid everything would be no number.
        wide = [[*found, *[-1] * (longest - len(found))] for found in owners]
        owner = self._numbers(list(chain.from_iterable(wide))).reshape(count, longest)
        sizes = self._numbers([len(span.text) for span in spans])[:, None]
        within = torch.arange(self._texts.shape[1], device=self._device)
        at = torch.arange(longest, device=self._device)
        before = (within >= sizes)[:, None].expand(count, longest, -1)
        beside = (owner[:, :, None] != owner[:, None, :]) | (at[None] > at[:, None])
        hidden = torch.cat((before, beside), 2)
        mask = torch.zeros(hidden.shape, dtype=kind, device=self._device)
        return aligned(mask.masked_fill_(hidden, torch.finfo(kind).min))[:, None]

    def _numbers(self, listed: Sequence[int | None]) -> torch.Tensor:
        return torch.tensor(listed, dtype=torch.long, device=self._device)


def _beside(part: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
    """Lay tokens [tokens, heads, size] side by side: [spans, heads, longest, size]."""
    found = part.index_select(0, table.flatten())
    return found.reshape(*table.shape, *part.shape[1:]).transpose(1, 2)


def _flat(part: Part) -> list[torch.Tensor]:
    """Return a part's tokens behind each other: [spans * longest, heads, ...]."""
    return [one.transpose(1, 2).flatten(0, 1) for one in part]
