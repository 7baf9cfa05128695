"""How do prompts of any length go through a model side by side, without padding?

As one row of tokens. All that a layer does token by token does not care whose token it
is; attention alone does, and gets a function of its own here: each span of the row sees
itself, the shared prefix before it, and nothing else. The prefix is encoded once and
its part of attention is computed for all spans together, then merged by the two parts'
log-sum-exp (Milakov and Gimelshein, arXiv 1805.02867, section 3).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import AttentionInterface

from advisor.engines.attention import attend, merge
from advisor.engines.last_layer import LastLayer
from advisor.engines.padded_spans import PaddedSpans
from advisor.engines.slot_cache import SlotCache
from advisor.engines.spans import Span, branch_mask, place

NAME = "packed_spans"
# A processor's kernel is prepared for each length of a row: lengths are rounded up to
# so many between a power of two and the next, a GPU's to multiples of so much.
_LENGTHS, _ROUND = 16, 32
# Arguments of attention that change its result in ways not known here.
_UNKNOWN = ("softcap", "s_aux", "position_bias", "sliding_window")


@dataclass(slots=True)
class Prefix:
    """What all prompts of a pass begin with, with its keys and values by layer."""

    ids: tuple[int, ...] = ()
    keys: list[torch.Tensor] = field(default_factory=list)
    values: list[torch.Tensor] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.ids)


NO_PREFIX = Prefix()


@dataclass(slots=True, kw_only=True)
class _Pass:
    """What attention must know of the row of tokens that is under way."""

    spans: Sequence[Span]
    rows: int
    cache: SlotCache | None
    prefix: Prefix
    filled: Prefix | None = None
    padded: PaddedSpans | None = None


class PackedNetwork:
    """A model that reads rows of packed tokens."""

    def __init__(self, network: Any) -> None:
        self.network = network
        self.device = next(network.parameters()).device
        self.side_by_side = self.device.type == "cuda"
        self._before = network.config._attn_implementation
        self._last_layer = LastLayer(network)
        AttentionInterface.register(NAME, _attention)

    def pack(self) -> None:
        """Let the model's attention be that of packed rows from now on."""
        self.network.set_attn_implementation(NAME)

    def unpack(self) -> None:
        """Give the model its own attention back."""
        self.network.set_attn_implementation(self._before)

    @torch.inference_mode()
    def encode(self, ids: Sequence[int]) -> Prefix:
        """Return a prefix with its keys and values."""
        prefix = Prefix(ids=tuple(ids))
        self.read([Span(text=ids)], keep=[0], filled=prefix)
        return prefix

    def read(
        self,
        spans: Sequence[Span],
        *,
        keep: Sequence[int] | None = None,
        last: Sequence[int] = (),
        cache: SlotCache | None = None,
        prefix: Prefix = NO_PREFIX,
        filled: Prefix | None = None,
    ) -> torch.Tensor:
        """Run one row: the newest token of each slot in use, then `spans`.

        Returns the logits [kept, words] of the positions `keep` of the row; by default
        of each slot's token and of the last of each span's text.
        """
        rows = len(last)
        after = [] if cache is None else cache.lengths(rows)
        ids, positions = list(last), [len(prefix) + length for length in after]
        for span in spans:
            place(span, ids, positions, after=len(prefix))
        ends = [span.begin + len(span.text) - 1 for span in spans]
        blank = self._blank(len(ids), spans)
        kept = [*range(rows), *ends] if keep is None else keep
        filled_up = [*kept, *[kept[0]] * self._blank(len(kept), ())]
        running = _Pass(
            spans=spans, rows=rows, cache=cache, prefix=prefix, filled=filled
        )
        running.padded = self._padded(spans)
        # Each slot foretells its next token.
        matter = filled_up if spans else None
        with _running(running), self._last_layer.only(matter, self.device):
            found = self.network(
                input_ids=self._row([*ids, *[0] * blank]),
                position_ids=self._row([*positions, *[0] * blank]),
                use_cache=False,
                logits_to_keep=torch.tensor(filled_up, device=self.device),
            )
        logits: torch.Tensor = found.logits[0, : len(kept)]
        return logits

    def step(
        self,
        ids: torch.Tensor,
        positions: torch.Tensor,
        *,
        cache: SlotCache,
        prefix: Prefix,
    ) -> torch.Tensor:
        """Read one token [1, rows] of each of the first slots; return [rows, words]."""
        running = _Pass(spans=(), rows=ids.shape[1], cache=cache, prefix=prefix)
        with _running(running):
            found = self.network(input_ids=ids, position_ids=positions, use_cache=False)
        logits: torch.Tensor = found.logits[0]
        return logits

    def _blank(self, count: int, spans: Sequence[Span]) -> int:
        """Return how many tokens of no meaning fill up a row of `count`."""
        if self.device.type == "cpu":
            octave = 1 << max(0, count - 1).bit_length()
            return -count % max(1, octave // (2 * _LENGTHS))
        return -count % (_ROUND if spans else 1)

    def _padded(self, spans: Sequence[Span]) -> PaddedSpans | None:
        """Prepare what attention needs of the spans; one by one, or side by side."""
        kind = self.network.dtype
        if self.side_by_side and len(spans) > 1:
            return PaddedSpans(spans, self.device, kind)
        for span in spans:
            span.mask = branch_mask(span, self.device, kind)
        return None

    def _row(self, numbers: Sequence[int]) -> torch.Tensor:
        return torch.tensor([numbers], device=self.device)


# The pass under way; a host has one thread that runs its one model.
_under_way: list[_Pass] = []


@contextmanager
def _running(now: _Pass) -> Iterator[None]:
    _under_way.append(now)
    try:
        yield
    finally:
        _under_way.pop()


def _attention(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float | None = None,
    **more: Any,
) -> tuple[torch.Tensor, None]:
    """Attend as transformers asks: heads first in, [1, tokens, heads, size] out."""
    odd = [name for name in _UNKNOWN if more.get(name) is not None]
    if odd or attention_mask is not None or not _under_way:
        raise TypeError(f"packed rows know no attention with {odd or 'a mask'}")
    now, layer = _under_way[-1], module.layer_idx
    out, far = torch.empty_like(query), None
    out[:, :, now.rows + sum(span.length for span in now.spans) :] = 0
    if len(now.prefix):
        keys, values = now.prefix.keys[layer], now.prefix.values[layer]
        far = attend(query, keys, values, scaling=scaling)
    if now.cache is not None and now.rows:
        rows = slice(0, now.rows)
        own = now.cache.attend(layer, query, key, value, now.rows, scaling=scaling)
        _put(out, rows, own, far)
    if now.padded is not None:
        behind = slice(now.rows, now.rows + sum(span.length for span in now.spans))
        own = now.padded.attend((query, key, value), scaling=scaling)
        _put(out, behind, own, far)
        if now.cache is not None:
            now.padded.keep(layer, now.cache, key, value)
        return out.transpose(1, 2), None
    for span in now.spans:
        _attend_span(span, (query, key, value), out, far, scaling)
        end = span.begin + len(span.text)
        keys, values = key[:, :, span.begin : end], value[:, :, span.begin : end]
        if span.slot is not None and now.cache is not None:
            now.cache.put(layer, span.slot, keys[0], values[0])
        if now.filled is not None:
            now.filled.keys.append(keys.clone())
            now.filled.values.append(values.clone())
    return out.transpose(1, 2), None


Part = tuple[torch.Tensor, torch.Tensor]


def _attend_span(
    span: Span,
    row: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
    out: torch.Tensor,
    far: Part | None,
    scaling: float | None,
) -> None:
    text = slice(span.begin, span.begin + len(span.text))
    query, key, value = (part[:, :, text] for part in row)
    own = attend(query, key, value, scaling=scaling, causal=True)
    _put(out, text, own, far)
    if span.mask is None:
        return
    branches = slice(text.stop, span.begin + span.length)
    whole = slice(span.begin, branches.stop)
    key, value = (part[:, :, whole] for part in row[1:])
    query = row[0][:, :, branches]
    own = attend(query, key, value, scaling=scaling, mask=span.mask)
    _put(out, branches, own, far)


def _put(out: torch.Tensor, where: slice, own: Part, far: Part | None) -> None:
    if far is None:
        out[:, :, where] = own[0]
        return
    before = (far[0][:, :, where], far[1][:, :, where])
    out[:, :, where] = merge(own, before)
