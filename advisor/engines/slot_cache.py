"""Where do the keys and values of prompts under way lie?

In one buffer a layer, [slots, heads, width, size], where each slot's tokens begin at
its left end: a new token is written behind the last one and nothing else moves. Slots
in use come first, so that a step reads only them.
"""

import torch

from advisor.engines.attention import Part, aligned, attend

_WIDEN, _ROUND = 1.5, 32


class SlotCache:
    """The buffers of all layers, and how many tokens each slot holds."""

    def __init__(self, *, slots: int, width: int) -> None:
        self.slots = slots
        self.width = -(-width // _ROUND) * _ROUND
        self._lengths = [0] * slots
        self._keys: dict[int, torch.Tensor] = {}
        self._values: dict[int, torch.Tensor] = {}
        self._at: torch.Tensor | None = None
        self._mask: torch.Tensor | None = None

    def lengths(self, rows: int) -> list[int]:
        """Return how many tokens the first slots hold."""
        return self._lengths[:rows]

    def hold(self, slot: int, length: int) -> None:
        """Say that a slot holds `length` tokens from now on."""
        self._lengths[slot] = length

    def make_room(self, length: int) -> None:
        """Widen the buffers, in leaps, so that a slot can hold `length` tokens."""
        if length <= self.width:
            return
        wider = max(length, int(self.width * _WIDEN))
        self.width = -(-wider // _ROUND) * _ROUND
        for buffers in (self._keys, self._values):
            for layer, old in buffers.items():
                new = old.new_zeros(*old.shape[:2], self.width, old.shape[3])
                new[:, :, : old.shape[2]] = old
                buffers[layer] = new

    def begin_step(self, rows: int, device: torch.device, kind: torch.dtype) -> None:
        """Prepare what all layers share: where tokens go, and what each slot hides."""
        lengths = self._lengths[:rows]
        self.make_room(max(lengths) + 1)
        self._at = torch.tensor(lengths, device=device)
        self._mask = None
        if min(lengths) < max(lengths):
            columns = torch.arange(max(lengths) + 1, device=device)
            hidden = columns[None, :] > self._at[:, None]
            mask = torch.zeros(hidden.shape, dtype=kind, device=device)
            lowest = torch.finfo(kind).min
            self._mask = aligned(mask.masked_fill_(hidden, lowest))[:, None, None]

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
        slots = torch.arange(rows, device=key.device)
        keys, values = self._keys[layer], self._values[layer]
        keys[slots, :, self._at] = key[0, :, :rows].transpose(0, 1)
        values[slots, :, self._at] = value[0, :, :rows].transpose(0, 1)
        end = max(self._lengths[:rows]) + 1
        _, heads, _, size = query.shape
        kept = key.shape[1]
        # The heads that share keys are read as one query of several positions.
        asked = query[0, :, :rows].transpose(0, 1)
        asked = asked.reshape(rows, kept, heads // kept, size)
        out, total = attend(
            asked,
            keys[:rows, :, :end],
            values[:rows, :, :end],
            scaling=scaling,
            mask=self._mask,
        )
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

    def move(self, source: int, to: int) -> None:
        """Give the slot `to` what the slot `source` holds."""
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
