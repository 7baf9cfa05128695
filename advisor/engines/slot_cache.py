"""Where do the keys and values of prompts under way lie?

In one buffer a layer, [slots, heads, width, size], where each slot's tokens begin at
its left end: a new token is written behind the last one and nothing else moves. Slots
in use come first, so that a step reads only them. They are read in stretches, each up
to its own longest slot; when one leaves, the longest of the next stretch moves up, so
that what is old stands before what is young and few of the numbers read are nobody's.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from advisor.engines.attention import Part, aligned, attend

_WIDEN, _ROUND = 1.5, 32


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Neighbouring slots, read up to `end`, and what some of them hide of that."""

    slots: slice
    end: int
    mask: torch.Tensor | None


class SlotCache:
    """The buffers of all layers, and how many tokens each slot holds.

    `stretch` slots are read at a time, by default all.
    """

    def __init__(self, *, slots: int, width: int, stretch: int | None = None) -> None:
        self.slots = slots
        self.width = -(-width // _ROUND) * _ROUND
        self._expected = slots
        self._size = stretch or slots
        self._lengths = [0] * slots
        self._keys: dict[int, torch.Tensor] = {}
        self._values: dict[int, torch.Tensor] = {}
        self._at: tuple[torch.Tensor, torch.Tensor] | None = None
        self._stretches: list[_Stretch] = []

    def lengths(self, rows: int) -> list[int]:
        """Return how many tokens the first slots hold."""
        return self._lengths[:rows]

    def hold(self, slot: int, length: int) -> None:
        """Say that a slot holds `length` tokens from now on."""
        self._lengths[slot] = length

    def expect(self, slots: int) -> None:
        """Take in that no more than the first `slots` will be used from now on."""
        self._expected = slots

    def make_room(self, length: int) -> None:
        """Widen the buffers, in leaps, so that a slot can hold `length` tokens.

        Slots that will not be used again are left out then.
        """
        if length <= self.width:
            return
        wider = max(length, int(self.width * _WIDEN))
        self.width = -(-wider // _ROUND) * _ROUND
        self.slots = min(self.slots, self._expected)
        for buffers in (self._keys, self._values):
            for layer, old in buffers.items():
                _, heads, before, size = old.shape
                new = old.new_empty(self.slots, heads, self.width, size)
                new[:, :, :before] = old[: self.slots]
                new[:, :, before:] = 0
                buffers[layer] = new

    def begin_step(self, rows: int, device: torch.device, kind: torch.dtype) -> None:
        """Prepare what all layers share: where tokens go, and what each slot hides."""
        lengths = self._lengths[:rows]
        self.make_room(max(lengths) + 1)
        at = torch.tensor(lengths, device=device)
        self._at = (torch.arange(rows, device=device), at)
        self._stretches = []
        for first in range(0, rows, self._size):
            slots = slice(first, min(rows, first + self._size))
            end = max(lengths[slots]) + 1
            alike = min(lengths[slots]) + 1 == end
            mask = None if alike else _behind(at[slots], end, kind)
            self._stretches.append(_Stretch(slots, end, mask))

    def begin_fixed_step(self, at: torch.Tensor, end: int, kind: torch.dtype) -> None:
        """Prepare a step whose numbers lie in `at`, one a slot, and may change there.

        All slots are read up to `end`.
        """
        rows = len(at)
        self._at = (torch.arange(rows, device=at.device), at)
        mask = _behind(at, end, kind)
        self._stretches = [_Stretch(slice(0, rows), end, mask)]

    def attend(
        self,
        layer: int,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        rows: int,
        *,
        scaling: float | None,
    ) -> Part:
        """Write one token for each of the first slots; return their attention.

        The parts are laid out as a row: [1, heads, rows, size].
        """
        assert self._at is not None  # noqa: S101
        self._make_buffers(layer, key, value)
        keys, values = self._keys[layer], self._values[layer]
        slots, places = self._at
        keys[slots, :, places] = key[0, :, :rows].transpose(0, 1)
        values[slots, :, places] = value[0, :, :rows].transpose(0, 1)
        _, heads, _, size = query.shape
        kept = key.shape[1]
        # The heads that share keys are read as one query of several positions.
        asked = query[0, :, :rows].transpose(0, 1)
        asked = asked.reshape(rows, kept, heads // kept, size)
        parts = [
            attend(
                asked[one.slots],
                keys[one.slots, :, : one.end],
                values[one.slots, :, : one.end],
                scaling=scaling,
                mask=one.mask,
            )
            for one in self._stretches
        ]
        out, total = parts[0]
        if len(parts) > 1:
            out, total = (torch.cat(each) for each in zip(*parts, strict=True))
        out = out.reshape(rows, heads, -1).transpose(0, 1)[None]
        return out, total.reshape(rows, heads, 1).transpose(0, 1)[None]

    def end_step(self, rows: int) -> None:
        """Count the token that each of the first slots was given."""
        for slot in range(rows):
            self._lengths[slot] += 1

    def put(
        self, layer: int, slot: int, keys: torch.Tensor, values: torch.Tensor
    ) -> None:
        """Place the keys and values [heads, length, size] of a prompt in a slot."""
        self._make_buffers(layer, keys[None], values[None])
        length = keys.shape[1]
        self._keys[layer][slot, :, :length] = keys
        self._values[layer][slot, :, :length] = values

    def put_tokens(
        self,
        layer: int,
        where: tuple[torch.Tensor, torch.Tensor],
        keys: torch.Tensor,
        values: torch.Tensor,
    ) -> None:
        """Place keys and values [heads, tokens, size], each in a slot at a place."""
        self._make_buffers(layer, keys[None], values[None])
        slots, places = where
        self._keys[layer][slots, :, places] = keys.transpose(0, 1)
        self._values[layer][slots, :, places] = values.transpose(0, 1)

    def leave(self, slot: int, used: int) -> Iterator[tuple[int, int]]:
        """Let one of the first `used` slots go; yield who moved, (from, to), in order.

        The gap ends up last.
        """
        gap, last = slot, used - 1
        while (following := (gap // self._size + 1) * self._size) <= last:
            behind = range(following, min(following + self._size, used))
            longest = max(behind, key=self._lengths.__getitem__)
            self._move(longest, gap)
            yield longest, gap
            gap = longest
        if gap < last:
            self._move(last, gap)
            yield last, gap

    def _move(self, source: int, to: int) -> None:
        length = self._lengths[source]
        for buffers in (self._keys, self._values):
            for buffer in buffers.values():
                buffer[to, :, :length] = buffer[source, :, :length]
        self._lengths[to] = length

    def _make_buffers(self, layer: int, key: torch.Tensor, value: torch.Tensor) -> None:
        if layer in self._keys:
            return
        # Zeros: what a mask hides is still multiplied, and rubbish may be NaN.
        for buffers, like in ((self._keys, key), (self._values, value)):
            shape = (self.slots, like.shape[1], self.width, like.shape[3])
            buffers[layer] = like.new_zeros(shape)


def _behind(at: torch.Tensor, end: int, kind: torch.dtype) -> torch.Tensor:
    """Return the mask [rows, 1, 1, end] that hides all behind a row's token."""
    hidden = torch.arange(end, device=at.device)[None, :] > at[:, None]
    mask = torch.zeros(hidden.shape, dtype=kind, device=at.device)
    mask = mask.masked_fill_(hidden, torch.finfo(kind).min)
    return aligned(mask)[:, None, None]
