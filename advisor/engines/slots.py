"""How are many prompts answered at once, when each ends at another time?

Each prompt has a slot; one that ends leaves at once, the others move up, and a waiting
prompt takes the last slot in the next step, read beside the others' newest tokens, so
that no step is spent on finished rows or on filling alone. Rows see only themselves.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers.cache_utils import DynamicCache, DynamicLayer

from advisor.engines.decoding import (
    Beat,
    Request,
    Row,
    Writer,
    Written,
    likeliest,
)
from advisor.engines.packing import NO_PREFIX, PackedNetwork, Prefix
from advisor.engines.pass_room import PassRoom
from advisor.engines.repeated_steps import Record, Recorder, RepeatedSteps
from advisor.engines.slot_cache import SlotCache
from advisor.engines.spans import Span

# Room for so much of an answer at first; few are as long as they may be.
_ANSWER = 64
# Where slots are filled again, a processor reads them in so many stretches, of so many
# slots at the least; each is a call of its own, of which a GPU has better few.
_STRETCHES, _LEAST = 4, 16
# Where steps are recorded, one that also reads prompts costs as much as many others:
# it waits until so large a part of the slots is free.
_BUNCH = 8


@dataclass(slots=True, kw_only=True)
class _Slot:
    row: Row
    last: int


class SlotDecoder:
    """Answers requests in up to `slots` rows at a time.

    `record` makes what records steps to play them again; by default a GPU's recorder.
    """

    def __init__(
        self,
        network: PackedNetwork,
        writer: Writer,
        room: PassRoom,
        *,
        beat: Beat,
        record: Callable[[], Record] | None = None,
    ) -> None:
        self._network = network
        self._writer = writer
        self._room = room
        self._beat = beat
        self._record = record
        if record is None and network.device.type == "cuda":
            self._record = Recorder
        self._alone: tuple[SlotCache, RepeatedSteps | None] | None = None

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
        work = self._begin(slots, prefix, waiting)
        while work.waiting or work.active:
            logits = self._step(work)
            yield from self._take(work, logits)

    def forget(self) -> None:
        """Let go of what is kept from run to run."""
        self._alone = None

    def _begin(self, slots: int, prefix: Prefix, waiting: deque[Request]) -> "_Work":
        on_gpu = self._network.device.type == "cuda"
        work = _Work(slots=slots, prefix=prefix, waiting=waiting, on_gpu=on_gpu)
        if self._record is None:
            return work
        if work.slots == 1 and not len(prefix) and self._alone is not None:
            work.cache, work.repeated = self._alone
            return work
        work.record(self._network, self._record)
        if work.slots == 1 and not len(prefix):
            # Times are measured one by one: none of them should pay for recording.
            self._alone = (work.cache, work.repeated)
        return work

    def _step(self, work: "_Work") -> torch.Tensor:
        """Read the newest token of all slots in use, and prompts for the free ones."""
        last = [held.last for held in work.active]
        spans = work.admit(self._room.tokens if work.waiting else 0)
        network, cache = self._network, work.cache
        if work.repeated is not None and not spans:
            logits = work.repeated.read(last)
        else:
            if last:
                cache.begin_step(len(last), network.device, network.network.dtype)
            logits = network.read(spans, last=last, cache=cache, prefix=work.prefix)
        cache.end_step(len(last))
        for span in spans:
            assert span.slot is not None  # noqa: S101
            cache.hold(span.slot, len(span.text))
        self._room.passed(len(last) + sum(span.length for span in spans))
        self._beat()
        return logits

    def _take(self, work: "_Work", logits: torch.Tensor) -> Iterator[Written]:
        """Add the next token to each row; let those that end leave."""
        greedy = likeliest(logits)
        ended: dict[int, Written] = {}
        for slot, held in enumerate(work.active):
            drawn = held.row.chance is not None
            held.last = held.row.pick(logits[slot]) if drawn else greedy[slot]
            written = self._writer.take(held.row, held.last)
            if written is not None:
                ended[slot] = written
        # The last one first: who moves up has not ended.
        for slot in reversed(ended):
            work.leave(slot)
        yield from ended.values()


@dataclass(slots=True, kw_only=True)
class _Work:
    """Which request is in which slot, and which still wait."""

    slots: int
    prefix: Prefix
    waiting: deque[Request]
    active: list[_Slot]
    cache: SlotCache
    bunch: int
    repeated: RepeatedSteps | None

    def __init__(
        self, *, slots: int, prefix: Prefix, waiting: deque[Request], on_gpu: bool
    ) -> None:
        self.slots = min(slots, len(waiting))
        self.prefix, self.waiting = prefix, waiting
        self.active, self.bunch, self.repeated = [], 1, None
        longest = max(len(r.ids) + min(r.limit, _ANSWER) for r in waiting)
        filled_again = len(waiting) > self.slots and not on_gpu
        stretch = max(_LEAST, -(-self.slots // _STRETCHES)) if filled_again else None
        self.cache = SlotCache(
            slots=self.slots,
            width=longest - len(prefix),
            stretch=stretch,
        )

    def record(self, network: PackedNetwork, recorder: Callable[[], Record]) -> None:
        """Let steps that read no prompts be recorded, and played again."""
        self.bunch = max(1, self.slots // _BUNCH)
        self.repeated = RepeatedSteps(
            network, self.cache, self.prefix, recorder=recorder
        )

    def admit(self, room: int) -> list[Span]:
        """Give free slots to waiting requests, until a pass holds `room` tokens."""
        spans: list[Span] = []
        if self.active and self.slots - len(self.active) < self.bunch:
            return spans
        while self.waiting and len(self.active) < self.slots:
            own = self.waiting[0].ids[len(self.prefix) :]
            if spans and len(own) > room:
                break
            room -= len(own)
            self.cache.make_room(len(own))
            spans.append(Span(text=own, slot=len(self.active)))
            row = Row(request=self.waiting.popleft())
            self.active.append(_Slot(row=row, last=0))
        return spans

    def leave(self, slot: int) -> None:
        """Let the row of a slot go; others move up."""
        for source, to in self.cache.leave(slot, len(self.active)):
            self.active[to] = self.active[source]
        self.active.pop()
        if not self.waiting and self.repeated is None:
            self.cache.expect(len(self.active))


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
