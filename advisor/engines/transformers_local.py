"""What does a model on this machine answer, loaded by transformers?

The model lives in a process of its own (`host`), opened once and asked many times. A
process that dies is told apart (out of memory, hang, crash) and started again at the
next call. Options of the spec: `slots` (most rows at once), `silence_s` (a host silent
for longer hangs), `open_s` (the same while loading).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from advisor.engines import wire
from advisor.engines.base import (
    Answer,
    EngineError,
    EngineFacts,
    EngineSpec,
    Failure,
    Prompt,
)
from advisor.engines.cores import processors
from advisor.engines.host_link import HostDiedError, HostLink
from advisor.engines.host_replies import (
    answer_to,
    facts_in,
    opened_in,
    understanding,
)
from advisor.engines.model_sources import find_model
from advisor.engines.persistence import failed

GB = 1e9
Told = TypeVar("Told")
_SILENCE_S, _OPEN_S = 60.0, 600.0
_GIVE_UP_AFTER = 3


class TransformersLocal:
    """A model in a host process; `host` is the module that runs there."""

    def __init__(self, spec: EngineSpec, *, host: str = "advisor.engines.host") -> None:
        self._spec = spec
        self._host = host
        self._link: HostLink | None = None
        self._facts: EngineFacts | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Return the id of the host process, None while there is none."""
        return self._link.pid if self._link else None

    def open(self) -> EngineFacts:
        """Start the host and load the model, unless that is done already.

        Raises:
            EngineError: There is no such model, it is unsafe, or does not fit.
        """
        if self._link is None:
            source = find_model(self._spec)
            threads = self._spec.threads or processors()
            self._link = HostLink(
                threads=threads,
                memory_limit_bytes=self._spec.memory_limit_bytes,
                module=self._host,
            )
            message = {
                "ask": "open",
                "folder": str(source.folder),
                "model": self._spec.model,
                "revision": source.revision,
                "precision": self._spec.precision,
                "chat": self._spec.chat,
                "threads": threads,
                "slots": self._option("slots", None),
            }
            self._facts = self._load(message)
        assert self._facts is not None  # noqa: S101
        return self._facts

    def answer(self, prompts: Sequence[Prompt]) -> Iterator[Answer]:
        """Answer a block of prompts, batched in the host.

        When the host dies, the prompts that are left are asked one by one, so that a
        prompt that kills it takes no other with it.
        """
        left = {prompt.id: prompt for prompt in prompts}
        self._closed = False
        try:
            yield from self._answer_block(left)
        except HostDiedError as died:
            if len(left) <= 1 or self._closed:
                yield from self._all_failed(left, died)
                return
        except EngineError as error:
            yield from (failed(prompt, error.failure) for prompt in left.values())
            return
        yield from self._answer_singly(left)

    def measure(self, prompt: Prompt) -> Answer:
        """Answer one prompt alone, with the time of each token."""
        try:
            self.open()
            message = {"ask": "measure", "prompt": wire.prompt_to_wire(prompt)}
            return self._ask_one(message, lambda told: answer_to(told, {prompt.id}))
        except HostDiedError as died:
            return failed(prompt, self._failure(died))
        except EngineError as error:
            return failed(prompt, error.failure)

    def facts(self) -> EngineFacts:
        """Tell what is known now, the peak of memory after the work so far.

        Raises:
            EngineError: The model was never loaded, and cannot be.
        """
        known = self.open()
        try:
            self._facts = self._ask_one({"ask": "facts"}, facts_in)
        except HostDiedError:
            return known
        return self._facts

    def close(self) -> None:
        """End the host process; no other one is started for what is left of a block."""
        self._closed = True
        self._end(at_once=False)

    def _load(self, message: Mapping[str, object]) -> EngineFacts:
        try:
            told = self._ask_one(message, opened_in, self._option("open_s", _OPEN_S))
        except HostDiedError as died:
            raise EngineError(self._failure(died)) from None
        if isinstance(told, Failure):
            self.close()
            raise EngineError(told)
        return told

    def _answer_block(self, left: dict[str, Prompt]) -> Iterator[Answer]:
        """Yield answers, taking their prompts out of `left`."""
        if not left:
            return
        if self._closed:
            raise HostDiedError("crash", "its engine was closed")
        self.open()
        prompts = [wire.prompt_to_wire(prompt) for prompt in left.values()]
        for reply in self._ask({"ask": "answer", "prompts": prompts}):
            with understanding():
                answer = answer_to(reply, left)
                left.pop(answer.prompt_id)
            yield answer
        if left:
            self._end(at_once=True)
            raise HostDiedError("crash", "it left a prompt without an answer")

    def _answer_singly(self, left: dict[str, Prompt]) -> Iterator[Answer]:
        deaths = 0
        while left:
            prompt = next(iter(left.values()))
            alone = {prompt.id: prompt}
            try:
                yield from self._answer_block(alone)
                deaths = 0
            except HostDiedError as died:
                deaths += 1
                if self._closed or deaths == _GIVE_UP_AFTER:
                    yield from self._all_failed(left, died)
                    return
                yield failed(prompt, self._failure(died))
            except EngineError as error:
                yield from (failed(each, error.failure) for each in left.values())
                return
            del left[prompt.id]

    def _all_failed(
        self, left: Mapping[str, Prompt], died: HostDiedError
    ) -> Iterator[Answer]:
        for prompt in left.values():
            yield failed(prompt, self._failure(died))

    def _ask(
        self, message: Mapping[str, object], silence_s: float | None = None
    ) -> Iterator[dict[str, Any]]:
        assert self._link is not None  # noqa: S101
        silence = silence_s or self._option("silence_s", _SILENCE_S)
        finished = False
        try:
            yield from self._link.ask(message, silence_s=silence)
            finished = True
        finally:
            # Dead, or left in the middle of a block: what it still writes would be
            # taken for the answer to the next question.
            if not finished:
                self._end(at_once=True)

    def _ask_one(
        self,
        message: Mapping[str, object],
        read: Callable[[Mapping[str, Any]], Told],
        silence_s: float | None = None,
    ) -> Told:
        replies = list(self._ask(message, silence_s))
        try:
            with understanding():
                (reply,) = replies
                return read(reply)
        except HostDiedError:
            self._end(at_once=True)
            raise

    def _failure(self, died: HostDiedError) -> Failure:
        if died.cause == "out_of_memory":
            limit = self._spec.memory_limit_bytes
            where = f"{limit / GB:.3g} GB" if limit else "this machine's memory"
            told = f"The model does not fit in {where}: {died.detail}."
            return Failure(code="out_of_memory", kind="model", message=told)
        if died.cause == "hang":
            told = f"The model did not answer in time: {died.detail}."
            return Failure(code="timeout", kind="model", message=told)
        told = f"The process that runs the model ended: {died.detail}."
        return Failure(code="host_crash", kind="transport", message=told)

    def _end(self, *, at_once: bool) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.stop(at_once=at_once)

    def _option(self, name: str, default: Any) -> Any:
        return self._spec.options.get(name, default)
