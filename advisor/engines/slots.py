"""How are many prompts answered at once, when each ends at another time?

Rows of any length run side by side; one that ends leaves at once and a waiting prompt
takes its slot, so that no step is spent on finished rows, which is what makes static
batches slow. Tokens are those of one prompt at a time: rows see only themselves.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer

from advisor.engines.decoding import Beat, Request, Row, Writer, Written
from advisor.engines.slot_cache import SlotCache

# Prompts of about one length are encoded together: padding costs as much as text.
_ALIKE = 0.75
_FEW = 4


@dataclass(slots=True, kw_only=True)
class _Slot:
    row: Row
    start: int
    last: int


class SlotDecoder:
    """Answers requests in up to `slots` rows at a time."""

    def __init__(self, network: Any, writer: Writer, *, beat: Beat) -> None:
        self._network = network
        self._writer = writer
        self._beat = beat
        self._layers = len(DynamicCache(config=network.config).layers)
        self._lowest = torch.finfo(network.dtype).min

    @torch.inference_mode()
    def run(self, requests: Sequence[Request], *, slots: int) -> Iterator[Written]:
        """Yield what was written for each request, the first to end first."""
        if not requests:
            return
        waiting = deque(sorted(requests, key=lambda r: len(r.ids), reverse=True))
        longest = len(waiting[0].ids) + max(r.limit for r in requests)
        cache = SlotCache(self._layers, slots=slots, width=longest)
        active: list[_Slot] = []
        while waiting or active:
            free = slots - len(active)
            # Filling one slot at a time would cost a step of its own each time.
            if waiting and (not active or free >= max(1, slots // 4)):
                yield from self._fill(cache, active, waiting, free)
            if active:
                yield from self._step(cache, active)

    def _fill(
        self,
        cache: SlotCache,
        active: list[_Slot],
        waiting: deque[Request],
        free: int,
    ) -> Iterator[Written]:
        while waiting and free > 0:
            group = _alike(waiting, free)
            free -= len(group)
            filled, logits = self._encode(group)
            length = len(group[0].ids)
            _move(active, cache.make_room(len(active), length))
            cache.put(filled, first=len(active))
            at = cache.columns.at
            for request in group:
                start = at - len(request.ids)
                active.append(_Slot(row=Row(request=request), start=start, last=0))
            cache.columns.left = min(slot.start for slot in active)
            yield from self._take(cache, active, logits, len(active) - len(group))

    def _encode(self, group: Sequence[Request]) -> tuple[DynamicCache, torch.Tensor]:
        """Encode prompts, padded at the left; return their states and last logits."""
        longest = len(group[0].ids)
        ids = torch.zeros(len(group), longest, dtype=torch.long)
        seen = torch.zeros(len(group), longest, dtype=torch.long)
        for number, request in enumerate(group):
            ids[number, longest - len(request.ids) :] = torch.tensor(request.ids)
            seen[number, longest - len(request.ids) :] = 1
        filled = DynamicCache(config=self._network.config)
        padded = len(group[-1].ids) < longest
        found = self._network(
            input_ids=ids,
            attention_mask=seen if padded else None,
            position_ids=(seen.cumsum(-1) - 1).clamp_(min=0),
            past_key_values=filled,
            use_cache=True,
            logits_to_keep=1,
        )
        self._beat()
        return filled, found.logits[:, -1]

    def _step(self, cache: SlotCache, active: list[_Slot]) -> Iterator[Written]:
        _move(active, cache.next_column(len(active)))
        columns = cache.columns
        starts = torch.tensor([slot.start for slot in active])
        found = self._network(
            input_ids=torch.tensor([[slot.last] for slot in active]),
            attention_mask=self._mask(starts, columns.left, columns.at + 1),
            position_ids=(columns.at - starts)[:, None],
            past_key_values=cache,
            use_cache=True,
        )
        columns.at += 1
        self._beat()
        yield from self._take(cache, active, found.logits[:, -1], 0)

    def _mask(self, starts: torch.Tensor, left: int, end: int) -> torch.Tensor | None:
        if bool((starts == left).all()):
            return None
        hidden = torch.arange(left, end)[None, :] < starts[:, None]
        mask = torch.zeros(hidden.shape, dtype=self._network.dtype)
        return mask.masked_fill_(hidden, self._lowest)[:, None, None, :]

    def _take(
        self, cache: SlotCache, active: list[_Slot], logits: torch.Tensor, first: int
    ) -> Iterator[Written]:
        """Add the next token to the rows from `first` on; let those that end leave."""
        greedy = logits.argmax(-1).tolist()
        ended: list[int] = []
        for number, slot in enumerate(active[first:]):
            drawn = slot.row.chance is not None
            slot.last = slot.row.pick(logits[number]) if drawn else greedy[number]
            written = self._writer.take(slot.row, slot.last)
            if written is not None:
                ended.append(first + number)
                yield written
        for number in reversed(ended):
            last = active.pop()
            if number < len(active):
                active[number] = last
                cache.move_row(len(active), number)
        if ended and active:
            cache.columns.left = min(slot.start for slot in active)


def serves(network: Any) -> bool:
    """Say whether slots serve this model: plain attention, and plain greedy decoding.

    Sliding windows, recurrent states and penalties of the generation configuration
    are left to transformers' own `generate`.
    """
    layers = DynamicCache(config=network.config).layers
    if not layers or any(type(layer) is not DynamicLayer for layer in layers):
        return False
    plain = {
        "repetition_penalty": (None, 1.0),
        "no_repeat_ngram_size": (None, 0),
        "encoder_repetition_penalty": (None, 1.0),
        "bad_words_ids": (None,),
        "suppress_tokens": (None,),
        "begin_suppress_tokens": (None,),
        "sequence_bias": (None,),
        "min_length": (None, 0),
        "min_new_tokens": (None,),
        "forced_bos_token_id": (None,),
        "forced_eos_token_id": (None,),
        "exponential_decay_length_penalty": (None,),
        "guidance_scale": (None, 1.0),
        "num_beams": (None, 1),
    }
    settings = network.generation_config
    return all(getattr(settings, name, None) in ok for name, ok in plain.items())


def _alike(waiting: deque[Request], free: int) -> list[Request]:
    """Take the longest prompts that are of about one length, some at least."""
    group = [waiting.popleft()]
    while waiting and len(group) < free:
        alike = len(waiting[0].ids) >= _ALIKE * len(group[0].ids)
        if not alike and len(group) >= _FEW:
            break
        group.append(waiting.popleft())
    return group


def _move(active: Sequence[_Slot], by: int) -> None:
    for slot in active:
        slot.start += by
