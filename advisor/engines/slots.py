"""How are many prompts answered at once, when each ends at another time?

Each prompt has a slot; one that ends leaves at once and a waiting prompt takes its slot
in the next step, read beside the others' newest tokens, so that no step is spent on
finished rows or on filling alone. Rows see only themselves.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer

from advisor.engines.decoding import Beat, Request, Row, Writer, Written
from advisor.engines.packing import NO_PREFIX, PackedNetwork, Prefix
from advisor.engines.pass_room import PassRoom
from advisor.engines.slot_cache import SlotCache
from advisor.engines.spans import Span

# Room for so much of an answer at first; few are as long as they may be.
_ANSWER = 64


@dataclass(slots=True, kw_only=True)
class _Slot:
    row: Row
    last: int


class SlotDecoder:
    """Answers requests in up to `slots` rows at a time."""

    def __init__(
        self, network: PackedNetwork, writer: Writer, room: PassRoom, *, beat: Beat
    ) -> None:
        self._network = network
        self._writer = writer
        self._room = room
        self._beat = beat

    @torch.inference_mode()
    def run(
        self,
        requests: Sequence[Request],
        *,
        slots: int,
        prefix: Prefix = NO_PREFIX,
    ) -> Iterator[Written]:
        """Yield what was written for each request, the first to end first.

        All requests begin with `prefix`.
        """
        waiting = deque(sorted(requests, key=lambda r: len(r.ids), reverse=True))
        if not waiting:
            return
        work = _Work(slots=slots, prefix=prefix, waiting=waiting)
        while work.waiting or work.active:
            logits = self._step(work)
            yield from self._take(work, logits)

    def _step(self, work: "_Work") -> torch.Tensor:
        """Read the newest token of all slots in use, and prompts for the free ones."""
        rows = work.rows
        spans = work.admit(self._room.tokens)
        last = [work.active[slot].last if slot in work.active else 0 for slot in rows]
        if rows:
            network = self._network
            kind = network.network.dtype
            work.cache.begin_step(len(rows), network.device, kind)
        logits = self._network.read(
            spans, last=last, cache=work.cache, prefix=work.prefix
        )
        work.cache.end_step(len(rows))
        for span in spans:
            assert span.slot is not None  # noqa: S101
            work.cache.hold(span.slot, len(span.text))
        self._room.passed(len(rows) + sum(span.length for span in spans))
        self._beat()
        return logits

    def _take(self, work: "_Work", logits: torch.Tensor) -> Iterator[Written]:
        """Add the next token to each row; let those that end leave."""
        greedy = logits.argmax(-1).tolist()
        for number, slot in enumerate(work.order):
            if slot is None:
                continue
            held = work.active[slot]
            drawn = held.row.chance is not None
            held.last = held.row.pick(logits[number]) if drawn else greedy[number]
            written = self._writer.take(held.row, held.last)
            if written is not None:
                del work.active[slot]
                yield written
        work.close_gaps()


@dataclass(slots=True, kw_only=True)
class _Work:
    """Which request is in which slot, and which still wait."""

    slots: int
    prefix: Prefix
    waiting: deque[Request]
    active: dict[int, _Slot]
    cache: SlotCache
    order: list[int | None]

    def __init__(self, *, slots: int, prefix: Prefix, waiting: deque[Request]) -> None:
        self.slots = min(slots, len(waiting))
        self.prefix, self.waiting = prefix, waiting
        self.active, self.order = {}, []
        longest = max(len(r.ids) + min(r.limit, _ANSWER) for r in waiting)
        self.cache = SlotCache(slots=self.slots, width=longest - len(prefix))

    @property
    def rows(self) -> range:
        """Return the slots that a step reads: all up to the last one in use."""
        return range(max(self.active, default=-1) + 1)

    def admit(self, room: int) -> list[Span]:
        """Give free slots to waiting requests, until a pass holds `room` tokens."""
        rows: range = self.rows
        spans: list[Span] = []
        self.order = [slot if slot in self.active else None for slot in rows]
        free = [slot for slot in range(self.slots) if slot not in self.active]
        for slot in free:
            if slot in rows:
                # Read with the others, and written over: nothing is in it.
                self.cache.hold(slot, 0)
            if not self.waiting:
                break
            own = self.waiting[0].ids[len(self.prefix) :]
            if spans and len(own) > room:
                break
            room -= len(own)
            request = self.waiting.popleft()
            self.cache.make_room(len(own))
            self.active[slot] = _Slot(row=Row(request=request), last=0)
            spans.append(Span(text=own, slot=slot))
            self.order.append(slot)
        return spans

    def close_gaps(self) -> None:
        """Move the last rows into gaps when nothing waits that would fill them."""
        if self.waiting:
            return
        for gap in range(len(self.active)):
            if gap not in self.active:
                last = max(self.active)
                self.cache.move(last, gap)
                self.active[gap] = self.active.pop(last)


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
