"""How does a loaded model answer, and what does it do when memory runs out?

Runs in the host process. Takes the decoder that serves the model, and as many rows at
once as the memory at hand allows.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advisor.engines.base import Answer, EngineFacts, Failure, Prompt
from advisor.engines.decoding import Beat, Request, Writer, Written
from advisor.engines.generation import GenerateDecoder
from advisor.engines.local_model import (
    LoadError,
    LocalModel,
    does_not_fit,
    is_out_of_memory,
)
from advisor.engines.persistence import failed
from advisor.engines.process_memory import available_bytes, status_bytes
from advisor.engines.prompt_tokens import PromptEncoder
from advisor.engines.slot_check import slots_agree
from advisor.engines.slots import SlotDecoder
from advisor.engines.text import clean
from advisor.engines.timing import Stopwatch

_MOST_SLOTS = 32
# Of the memory at hand, the share that keys and values may take.
_SHARE = 0.5


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
        self._limit = memory_limit_bytes
        self._most_slots = most_slots or _MOST_SLOTS
        self._encoder = PromptEncoder(model.tokenizer, chat=chat)
        self._writer = Writer(model.tokenizer, model.eos)
        kind = SlotDecoder if slots_agree(model) else GenerateDecoder
        self._decoder = kind(model.network, self._writer, beat=beat)

    def facts(self, isolation: Mapping[str, bool]) -> EngineFacts:
        """Return what is known now."""
        return self._model.facts(isolation, decoder=type(self._decoder).__name__)

    def answer(self, prompts: Sequence[Prompt]) -> Iterator[Answer]:
        """Yield an answer a prompt; halve the rows when memory runs out."""
        requests: dict[str, Request] = {}
        for prompt in prompts:
            request = self._request(prompt)
            if isinstance(request, Failure):
                yield failed(prompt, request)
            else:
                requests[prompt.id] = request
        by_id = {prompt.id: prompt for prompt in prompts}
        slots = self._slots(list(requests.values()))
        while requests:
            batch = list(requests.values()) if slots > 1 else [_first(requests)]
            try:
                for written in self._decoder.run(batch, slots=slots):
                    yield _answer(requests.pop(written.id), written)
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
                gc.collect()
                if slots == 1:
                    del requests[batch[0].id]
                    yield failed(by_id[batch[0].id], self._too_large())
                slots = max(1, slots // 2)

    def measure(self, prompt: Prompt) -> Answer:
        """Answer one prompt alone, with the time of each token."""
        watch = Stopwatch()
        request = self._request(prompt)
        if isinstance(request, Failure):
            return failed(prompt, request)
        self._writer.on_token = watch.stamp
        try:
            written = next(iter(self._decoder.run([request], slots=1)))
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            return failed(prompt, self._too_large())
        finally:
            self._writer.on_token = None
        answer = _answer(request, written)
        return Answer(
            prompt_id=answer.prompt_id,
            output=answer.output,
            finish=answer.finish,
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            tokens_origin=answer.tokens_origin,
            timing=watch.timing(),
        )

    def _request(self, prompt: Prompt) -> Request | Failure:
        try:
            ids = self._encoder.encode(prompt.text)
        except LoadError as error:
            return error.failure
        if not ids:
            return Failure(
                code="empty_prompt", kind="input", message="The prompt has no token."
            )
        room = (self._model.context or 1 << 40) - len(ids)
        if room < 1:
            told = f"The prompt has {len(ids):,} tokens; the model's context holds"
            return Failure(
                code="context_too_long",
                kind="input",
                message=f"{told} {self._model.context:,}.",
            )
        return Request(
            id=prompt.id,
            ids=tuple(ids),
            limit=min(prompt.max_output_tokens, room),
            temperature=prompt.temperature,
            seed=prompt.seed or 0,
            stop=prompt.stop,
        )

    def _slots(self, requests: Sequence[Request]) -> int:
        """Return how many rows fit: keys, values, and a copy of them while filling."""
        longest = max((len(r.ids) + r.limit for r in requests), default=1)
        row = 2 * longest * _bytes_per_token(self._model.network)
        used = status_bytes("VmData") or 0
        room = available_bytes() or 1 << 33
        if self._limit is not None:
            room = min(room, max(0, self._limit - used))
        return max(1, min(self._most_slots, len(requests), int(_SHARE * room / row)))

    def _too_large(self) -> Failure:
        held = status_bytes("VmHWM")
        return does_not_fit(self._limit, held)


def _first(requests: Mapping[str, Request]) -> Request:
    return next(iter(requests.values()))


def _answer(request: Request, written: Written) -> Answer:
    return Answer(
        prompt_id=request.id,
        output=clean(written.text),
        finish=written.finish,
        prompt_tokens=len(request.ids),
        completion_tokens=len(written.ids),
        tokens_origin="tokenizer",
        timing=None,
    )


def _bytes_per_token(network: Any) -> int:
    config = network.config.get_text_config()
    heads = getattr(config, "num_attention_heads", 1) or 1
    kept = getattr(config, "num_key_value_heads", None) or heads
    size = getattr(config, "head_dim", None) or config.hidden_size // heads
    layers = int(getattr(config, "num_hidden_layers", 1))
    item = int(network.dtype.itemsize)
    return max(1, 2 * layers * int(kept) * int(size) * item)
