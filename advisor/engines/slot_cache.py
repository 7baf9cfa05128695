"""Where do the keys and values of rows of different lengths lie?

In one buffer a layer, [slots, heads, columns, size], that never moves while tokens are
added: all rows end at the same column, so that one write serves them all, and each
row's padding is at its left. A row that is done gives its slot to the last one, so
that the rows under way always come first and a step costs only what they cost.
"""

from dataclasses import dataclass
from typing import Any

import torch
from transformers.cache_utils import Cache, CacheLayerMixin


@dataclass(slots=True)
class Columns:
    """Which columns are in use: `left` the first of any row, `at` the next to write."""

    slots: int
    width: int
    left: int = 0
    at: int = 0


class SlotLayer(CacheLayerMixin):  # type: ignore[no-untyped-call]
    """One layer's buffer."""

    is_sliding = False

    def __init__(self, columns: Columns) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.columns = columns
        self._kept_keys = self._kept_values = torch.empty(0)

    def lazy_initialization(
        self, key_states: torch.Tensor, value_states: torch.Tensor
    ) -> None:
        """Make the buffers, in the shape of the first states."""
        self._kept_keys = self._buffer(key_states)
        self._kept_values = self._buffer(value_states)
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Write one column for the rows under way; return all columns in use."""
        rows, at, left = key_states.shape[0], self.columns.at, self.columns.left
        self._kept_keys[:rows, :, at] = key_states[:, :, 0]
        self._kept_values[:rows, :, at] = value_states[:, :, 0]
        end = at + 1
        return self._kept_keys[:rows, :, left:end], self._kept_values[
            :rows, :, left:end
        ]

    def get_seq_length(self) -> int:
        """Return the columns in use."""
        return self.columns.at - self.columns.left

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Return the length of the keys with the query, and their offset."""
        return self.get_seq_length() + query_length, 0

    def get_max_length(self) -> int:
        """Say that there is no maximum: the buffer grows."""
        return -1

    def put(self, keys: torch.Tensor, values: torch.Tensor, *, first: int) -> None:
        """Place the states of new rows so that they end at the common column."""
        if not self.is_initialized:
            self.lazy_initialization(keys, values)
        rows, length = keys.shape[0], keys.shape[2]
        begin, end = self.columns.at - length, self.columns.at
        self._kept_keys[first : first + rows, :, begin:end] = keys
        self._kept_values[first : first + rows, :, begin:end] = values

    def move_row(self, source: int, to: int) -> None:
        """Give the slot `to` the row of the slot `source`."""
        span = slice(self.columns.left, self.columns.at)
        for buffer in (self._kept_keys, self._kept_values):
            buffer[to, :, span] = buffer[source, :, span]

    def shift(self, rows: int, by: int, width: int) -> None:
        """Move the columns in use by `by`, into buffers of `width` columns."""
        if not self.is_initialized:
            return
        left, at = self.columns.left, self.columns.at
        for name in ("_kept_keys", "_kept_values"):
            old = getattr(self, name)
            new = old.new_zeros(*old.shape[:2], width, old.shape[3])
            new[:rows, :, left + by : at + by] = old[:rows, :, left:at]
            setattr(self, name, new)

    def _buffer(self, states: torch.Tensor) -> torch.Tensor:
        # Zeros: what a mask hides is still multiplied, and rubbish may be NaN.
        _, heads, _, size = states.shape
        return states.new_zeros(self.columns.slots, heads, self.columns.width, size)


class SlotCache(Cache):
    """The buffers of all layers, moved together."""

    def __init__(self, layers: int, *, slots: int, width: int) -> None:
        self.columns = Columns(slots, width)
        self._slots = [SlotLayer(self.columns) for _ in range(layers)]
        super().__init__(layers=list(self._slots))

    def make_room(self, rows: int, length: int) -> int:
        """Make room for rows of `length` that end at the common column.

        Returns by how many columns the `rows` under way moved to the right, which is
        what they lack when the new ones are longer than all that is there.
        """
        columns = self.columns
        if rows == 0:
            columns.left, columns.at = 0, length
            if length > columns.width:
                columns.width = length
                for layer in self._slots:
                    layer.is_initialized = False
            return 0
        by = max(0, length - columns.at)
        if by:
            self._shift(rows, by, max(columns.width, columns.at + by))
        return by

    def next_column(self, rows: int) -> int:
        """Make room for one more column; return by how many the rows moved (<= 0)."""
        columns = self.columns
        if columns.at < columns.width:
            return 0
        by = -columns.left
        used = columns.at - columns.left
        # Doubling keeps the number of moves small when nothing is free at the left.
        self._shift(rows, by, max(columns.width, used + used // 2 + 1))
        return by

    def put(self, filled: Cache, *, first: int) -> None:
        """Place the rows of a filled cache in the slots from `first` on."""
        for own, other in zip(self._slots, filled.layers, strict=True):
            own.put(other.keys, other.values, first=first)  # type: ignore[union-attr, arg-type]

    def move_row(self, source: int, to: int) -> None:
        """Give the slot `to` the row of the slot `source`, in all layers."""
        for layer in self._slots:
            layer.move_row(source, to)

    def _shift(self, rows: int, by: int, width: int) -> None:
        for layer in self._slots:
            layer.shift(rows, by, width)
        self.columns.left += by
        self.columns.at += by
        self.columns.width = width
