"""How does a loaded model answer, and what does it do when memory runs out?

Runs in the host process. Takes the decoders that serve the model, and as many rows and
tokens at once as the memory at hand allows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import isfinite
from typing import Any

from torch import nn

from advisor.engines.base import Answer, EngineFacts, Failure, Prompt
from advisor.engines.choices import (
    ChoiceDecoder,
    ChoiceRequest,
    PlainChoiceDecoder,
    Weighed,
)
from advisor.engines.common_prefix import PrefixKeeper
from advisor.engines.decoding import Beat, Request, Writer, Written
from advisor.engines.device_memory import (
    does_not_fit,
    is_out_of_memory,
    peak_bytes,
    release,
)
from advisor.engines.generation import GenerateDecoder
from advisor.engines.local_model import LocalModel
from advisor.engines.matrix_kernel import take_faster_product
from advisor.engines.packing import NO_PREFIX, PackedNetwork, Prefix
from advisor.engines.pass_room import PassRoom
from advisor.engines.persistence import failed
from advisor.engines.reading import PromptReader
from advisor.engines.slot_check import packing_agrees
from advisor.engines.slots import SlotDecoder
from advisor.engines.text import clean
from advisor.engines.timing import Stopwatch

# A GPU's step takes about as long for few rows as for many. On a processor more would
# gain a tenth, and what they keep would be most of the memory that is told of a model.
_MOST_SLOTS = {"cpu": 64, "cuda": 256}
_NO_NUMBER = Failure(
    code="no_number",
    kind="model",
    message="The model's arithmetic broke down: how likely a choice is came out as no"
    " number. Try precision fp32, and look for such numbers among its weights.",
)


class HostedModel:
    """A model that answers prompts."""

    def __init__(
        self,
        model: LocalModel,
        *,
        chat: bool | None,
        memory_limit_bytes: int | None,
        most_slots: int | None,
        beat: Beat,
    ) -> None:
        self._model = model
        self._limit, self._beat = memory_limit_bytes, beat
        self._device = next(model.network.parameters()).device
        self._most_slots = most_slots or _MOST_SLOTS.get(self._device.type, 64)
        self._reader = PromptReader(model, chat=chat)
        self._writer = Writer(model.tokenizer, model.eos)
        _beat_at_each_layer(model.network, beat)
        self._room = PassRoom(model.network, limit=memory_limit_bytes)
        packed = PackedNetwork(model.network)
        self._prefixes: PrefixKeeper | None = None
        self._decoder: SlotDecoder | GenerateDecoder
        self._weigher: ChoiceDecoder | PlainChoiceDecoder
        if packing_agrees(model, packed, self._room):
            take_faster_product(model.network)
            self._prefixes = PrefixKeeper(packed)
            self._decoder = SlotDecoder(packed, self._writer, self._room, beat=beat)
            self._weigher = ChoiceDecoder(packed, self._room, beat=beat)
        else:
            self._decoder = GenerateDecoder(model.network, self._writer, beat=beat)
            self._weigher = PlainChoiceDecoder(model.network, beat=beat)

    def facts(self, isolation: Mapping[str, bool]) -> EngineFacts:
        """Return what is known now."""
        return self._model.facts(isolation, decoder=type(self._decoder).__name__)

    def answer(self, prompts: Sequence[Prompt]) -> Iterator[Answer]:
        """Yield an answer a prompt; take less at once when memory runs out."""
        by_id = {prompt.id: prompt for prompt in prompts}
        asked: dict[str, Request | ChoiceRequest] = {}
        for prompt in prompts:
            # Texts of some length with many choices take their time as well.
            self._beat()
            request = self._reader.read(prompt)
            if isinstance(request, Failure):
                yield failed(prompt, request)
            else:
                asked[prompt.id] = request
        slots = self._slots(list(asked.values()))
        while asked:
            batch = list(asked.values()) if slots > 1 else [next(iter(asked.values()))]
            try:
                for done in self._run(batch, slots, self._prefix(batch)):
                    request = asked.pop(done.id)
                    yield _answer(by_id[done.id], request, done)
                continue
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
            # Only here: the exception held all that the pass had made.
            self._let_go()
            if slots == 1:
                del asked[batch[0].id]
                yield failed(by_id[batch[0].id], self._too_large())
            slots = max(1, slots // 2)

    def measure(self, prompt: Prompt) -> Answer:
        """Answer one prompt alone, from its first token on, with each token's time.

        A choice has no tokens of its own: it is there when all are weighed.
        """
        watch = Stopwatch()
        request = self._reader.read(replace(prompt, settled_by=None))
        if isinstance(request, Failure):
            return failed(prompt, request)
        self._writer.on_token = watch.stamp
        done = None
        try:
            done = next(iter(self._run([request], 1, NO_PREFIX)))
        except Exception as error:
            if not is_out_of_memory(error):
                raise
        finally:
            self._writer.on_token = None
        if done is None:
            self._let_go()
            return failed(prompt, self._too_large())
        timing = watch.timing()
        if isinstance(done, Weighed):
            timing = replace(timing, ttft_ms=timing.total_ms)
        return replace(_answer(prompt, request, done), timing=timing)

    def _run(
        self, batch: Sequence[Request | ChoiceRequest], slots: int, prefix: Prefix
    ) -> Iterator[Written | Weighed]:
        choices = [one for one in batch if isinstance(one, ChoiceRequest)]
        texts = [one for one in batch if isinstance(one, Request)]
        if isinstance(self._weigher, ChoiceDecoder):
            yield from self._weigher.run(choices, prefix=prefix)
        else:
            yield from self._weigher.run(choices)
        if isinstance(self._decoder, SlotDecoder):
            yield from self._decoder.run(texts, slots=slots, prefix=prefix)
        else:
            yield from self._decoder.run(texts, slots=slots)

    def _prefix(self, batch: Sequence[Request | ChoiceRequest]) -> Prefix:
        if self._prefixes is None:
            return NO_PREFIX
        return self._prefixes.of([request.ids for request in batch])

    def _slots(self, requests: Sequence[Request | ChoiceRequest]) -> int:
        """Return how many rows fit, by their longest prompt and answer."""
        texts = [one for one in requests if isinstance(one, Request)]
        longest = max((len(one.ids) + one.limit for one in texts), default=1)
        most = min(self._most_slots, max(1, len(requests)))
        return self._room.rows(longest, most)

    def _let_go(self) -> None:
        """Free what can be had again, and read less at once from now on."""
        if self._prefixes is not None:
            self._prefixes.forget()
        if isinstance(self._decoder, SlotDecoder):
            self._decoder.forget()
        self._room.ran_out()
        release(self._device)

    def _too_large(self) -> Failure:
        return does_not_fit(self._limit, peak_bytes(self._device))


def _beat_at_each_layer(network: Any, beat: Beat) -> None:
    """Say within a pass that it goes on: a large model on a slow machine takes long."""
    config = network.config.get_text_config()
    count = getattr(config, "num_hidden_layers", None)
    for part in network.modules():
        if isinstance(part, nn.ModuleList) and len(part) == count:
            for layer in part:
                layer.register_forward_pre_hook(lambda *_: beat())


def _answer(
    prompt: Prompt, request: Request | ChoiceRequest, done: Written | Weighed
) -> Answer:
    if isinstance(done, Weighed):
        assert isinstance(request, ChoiceRequest)  # noqa: S101
        return _chosen(prompt, request, done)
    return Answer(
        prompt_id=prompt.id,
        output=clean(done.text),
        finish=done.finish,
        prompt_tokens=len(request.ids),
        completion_tokens=len(done.ids),
        tokens_origin="tokenizer",
        timing=None,
    )


def _chosen(prompt: Prompt, request: ChoiceRequest, done: Weighed) -> Answer:
    sizes = [len(choice) for choice in request.choices]
    weights = done.likelihoods
    if not all(map(isfinite, weights)):
        return failed(prompt, _NO_NUMBER)
    if prompt.choose_by == "likelihood_per_token":
        weights = tuple(w / n for w, n in zip(weights, sizes, strict=True))
    best = max(range(len(weights)), key=weights.__getitem__)
    return Answer(
        prompt_id=prompt.id,
        output=clean(prompt.choices[best]),
        finish="stop",
        prompt_tokens=len(request.ids),
        completion_tokens=sizes[best],
        tokens_origin="tokenizer",
        timing=None,
        likelihoods=done.likelihoods,
    )
