"""What happens in one call of an endpoint, from the first byte to an answer?"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from uuid import uuid4

from advisor.engines import proven
from advisor.engines.addresses import RefusedAddressError
from advisor.engines.base import Answer, Failure, Prompt, TokensOrigin
from advisor.engines.http_failures import TRANSPORT_ERRORS, of_exception, of_reply
from advisor.engines.openai_messages import Dialect, Said
from advisor.engines.persistence import failed, named
from advisor.engines.punctuality import PREPARE_S
from advisor.engines.safe_http import CallError, Reply, SafeHttp
from advisor.engines.sse import EventReader
from advisor.engines.stamped_streams import StaleConnectionError
from advisor.engines.text import clean
from advisor.engines.timing import Stopwatch, clock
from advisor.engines.token_counts import TokenCounter

_DONE = "[DONE]"
_END_S = 0.2
# Shorter beginnings of a key are the same for all keys of a provider.
_TELLING = 8
# A server may name another model in each answer.
_MOST_NAMES = 20


@dataclass(slots=True, kw_only=True)
class Calls:
    """Makes calls of one model at one endpoint."""

    http: SafeHttp
    headers: list[tuple[str, str]]
    model: str
    dialect: Dialect
    counter: TokenCounter
    total_s: float | None
    secret: str
    address: str = ""
    served: Counter[str] = field(default_factory=Counter)

    async def once(
        self, prompt: Prompt, *, stream: bool, since: float | None = None
    ) -> Answer:
        """Answer one prompt by one call; a failure is in the answer.

        A call that only taught the server's dialect is sent again at once, under a
        key of its own because it says something else; so is, once, what met a kept
        connection that the server was closing (RFC 9112 §9.5). It goes out at
        ``since`` on `timing.clock`, from which its times count; where that is not
        given, as soon as it is ready, or, as a stream, once a connection is open.
        """
        prompt, stale = named(prompt), False
        while True:
            said, watch = Said(chat=self.dialect.chat), Stopwatch()
            spoken = self.dialect.spoken
            try:
                async with asyncio.timeout(self._total_s(prompt)):
                    watch = await self._start(since, timed=stream)
                    spoken = self.dialect.spoken
                    await self._call(prompt, said, watch, stream=stream)
                return self._answer(prompt, said, watch)
            except (CallError, RefusedAddressError) as error:
                failure = error.failure
            except TRANSPORT_ERRORS as error:
                if said.ended:
                    # The time ran out while usage was waited for: it is whole.
                    return self._answer(prompt, said, watch)
                if isinstance(error, StaleConnectionError) and not stale:
                    stale = True
                    continue
                failure = of_exception(error, known=proven.ever(self.address))
            if not self.dialect.learn(failure, spoken):
                return failed(prompt, self._hide_secret(failure))
            prompt = replace(prompt, request_key=uuid4().hex)

    async def _start(self, since: float | None, *, timed: bool) -> Stopwatch:
        if since is not None:
            return Stopwatch(started=since)
        if timed:
            await self.http.connect(1)
            return Stopwatch(started=clock() + PREPARE_S)
        return Stopwatch()

    def _total_s(self, prompt: Prompt) -> float:
        return self.total_s or min(300.0, 30.0 + prompt.max_output_tokens / 5)

    async def _call(
        self, prompt: Prompt, said: Said, watch: Stopwatch, *, stream: bool
    ) -> None:
        body = self.dialect.body(self.model, prompt, stream=stream)
        # Without a stream the first byte comes when the last token is written.
        waits = None if stream else self._total_s(prompt)
        headers = [*self.headers, ("Idempotency-Key", prompt.request_key or "")]
        async with self.http.post(
            self.dialect.path,
            headers=headers,
            body=body,
            first_byte_s=waits,
            due=watch.started,
        ) as reply:
            if not reply.is_good:
                raise CallError(await of_reply(reply))
            kind = reply.headers.get("content-type", "").lower()
            if "event-stream" in kind:
                await self._listen(reply, said, watch)
                if not stream:
                    watch.stamps.clear()
            else:
                said.add(await reply.read(), streamed=False)
                watch.ended = reply.arrived

    async def _listen(self, reply: Reply, said: Said, watch: Stopwatch) -> None:
        """Read events until the answer has ended; stamp those that bring text.

        A stream that stops before it said how the answer ended is half an answer.
        """
        reader, whole = EventReader(self.http.limits), False
        deadline = asyncio.timeout(None)
        try:
            async with deadline:
                async for at, piece in reply.pieces():
                    for event in () if whole else reader.feed(piece):
                        if event.strip() == _DONE:
                            said.ended, whole = said.ended or "stop", True
                            break
                        if said.add(event, streamed=True):
                            watch.stamp(at)
                            watch.ended = at
                    if said.ended:
                        watch.ended = watch.ended or at
                        self._end_soon(deadline, whole=whole)
        except (TimeoutError, *TRANSPORT_ERRORS, CallError):
            if not said.ended:
                raise
        if not said.ended:
            raise CallError(_half())

    def _end_soon(self, deadline: asyncio.Timeout, *, whole: bool) -> None:
        """Bound what may follow: usage and [DONE], which nobody promised.

        After [DONE] only the end of the body, with which the connection can be kept.
        """
        after = self.http.limits.after_end_s
        wait = min(after, _END_S) if whole else after
        when = asyncio.get_running_loop().time() + wait
        deadline.reschedule(min(when, deadline.when() or when))

    def _answer(self, prompt: Prompt, said: Said, watch: Stopwatch) -> Answer:
        name = self._hidden(said.model or "")
        if name and (name in self.served or len(self.served) < _MOST_NAMES):
            self.served[name] += 1
        # A server that says of text that it has 0 tokens does not count.
        written = clean(said.thought) + said.whole()
        tokens = said.prompt_tokens, said.completion_tokens
        if written and not tokens[1]:
            tokens = tokens[0], None
        origin: TokensOrigin = "reported"
        if None in tokens:
            origin = self.counter.origin
        answer = Answer(
            prompt_id=prompt.id,
            output=said.whole(),
            finish="stop",
            prompt_tokens=self._own(tokens[0], prompt.text),
            completion_tokens=self._own(tokens[1], written),
            tokens_origin=origin,
            timing=watch.timing(),
            repeatable=self._is_repeatable(prompt),
        )
        try:
            answer = replace(answer, finish=said.finish())
        except CallError as error:
            return self._without(answer, error.failure, *tokens)
        if self.counter.was_cut(prompt.text, said.prompt_tokens):
            cut = self._without(answer, _cut(said.prompt_tokens), *tokens)
            return replace(cut, input_cut=True)
        return answer

    def _without(
        self, answer: Answer, failure: Failure, read: int | None, wrote: int | None
    ) -> Answer:
        """Return the answer as a failure, billed as far as its server told."""
        return replace(
            answer,
            output=None,
            finish="error",
            prompt_tokens=read,
            completion_tokens=wrote,
            tokens_origin=None if read is wrote is None else answer.tokens_origin,
            timing=None,
            failure=self._hide_secret(failure),
        )

    def _is_repeatable(self, prompt: Prompt) -> bool:
        if not self.dialect.heated:
            # The server draws as it likes, whatever was asked for.
            return False
        drawn = prompt.temperature > 0 and prompt.seed is not None
        return self.dialect.seeded or not drawn

    def _own(self, reported: int | None, text: str) -> int:
        return self.counter.count(text) if reported is None else reported

    def _hide_secret(self, failure: Failure) -> Failure:
        return replace(failure, message=self._hidden(failure.message))

    def _hidden(self, told: str) -> str:
        """Hide the key, and what is left of it where a text was cut short."""
        whole = len(self.secret)
        if whole < 4 or self.secret[:_TELLING] not in told:
            return told
        for length in (whole, *range(whole - 1, _TELLING - 1, -1)):
            told = told.replace(self.secret[:length], "••••")
        return told


def _half() -> Failure:
    return Failure(
        code="half_stream",
        kind="transport",
        message="The stream ended before the answer did; nothing of it is kept.",
    )


def _cut(reported: int | None) -> Failure:
    return Failure(
        code="input_cut",
        kind="input",
        message=f"The server cut the prompt: it reports only {reported} prompt tokens.",
    )
