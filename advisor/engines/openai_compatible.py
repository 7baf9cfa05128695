"""What does a model behind an OpenAI-compatible server answer?

Any server that speaks `/chat/completions` or `/completions`. Options of the spec:
`limits`, `retries` and `pace` (fields of `safe_http.Limits`, `retrying.Patience` and
`pacing.PaceRule`), `total_s` (deadline of one call), `tokenizer_file` (counts tokens
that the server does not report), `body` (further fields to send), `ca_file`
(certificates to trust).
"""

import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, cast

from advisor.engines.addresses import RefusedAddressError, read_target
from advisor.engines.background_loop import BackgroundLoop
from advisor.engines.base import (
    Answer,
    EngineError,
    EngineFacts,
    EngineSpec,
    Failure,
    Prompt,
)
from advisor.engines.guarded_sockets import Resolver
from advisor.engines.http_failures import TRANSPORT_ERRORS
from advisor.engines.openai_calls import Calls
from advisor.engines.openai_messages import Dialect
from advisor.engines.pacing import Pace, PaceRule
from advisor.engines.persistence import answer_all
from advisor.engines.proven import address_of
from advisor.engines.punctuality import Ticker, at_their_time
from advisor.engines.retrying import Patience
from advisor.engines.safe_http import Limits, SafeHttp
from advisor.engines.token_counts import TokenCounter

_LONGEST_KEY = 4096
# Requests of an open loop that may be under way; the pace holds the others back.
_MOST_CONNECTIONS = 256


class OpenAICompatible:
    """One model of one endpoint."""

    def __init__(self, spec: EngineSpec, *, resolve: Resolver | None = None) -> None:
        self._spec = spec
        self._resolve = resolve
        self._loop: BackgroundLoop | None = None
        self._http: SafeHttp | None = None
        self._calls: Calls | None = None
        self._pace: Pace | None = None
        self._ticker = Ticker()

    @property
    def pace(self) -> Pace | None:
        """Return how the endpoint is called, None before it is opened."""
        return self._pace

    def open(self) -> EngineFacts:
        """Check the settings; nothing is sent yet.

        Raises:
            EngineError: The base URL or the key cannot be used.
        """
        if self._calls is None:
            headers = _headers(self._spec.api_key)
            try:
                target = read_target(
                    self._spec.base_url or "",
                    listed=self._spec.allowed_private,
                    only_listed=self._spec.local_only,
                )
            except RefusedAddressError as refused:
                raise EngineError(refused.failure) from None
            self._http = SafeHttp(
                target,
                limits=Limits(**self._option("limits", {})),
                connections=max(self._spec.concurrency, _MOST_CONNECTIONS),
                resolve=self._resolve,
                trusted=self._trusted(),
            )
            self._loop = BackgroundLoop()
            rule = PaceRule(**self._option("pace", {}))
            called = address_of(target.host_port, self._spec.api_key or "")
            self._pace = Pace(most=self._spec.concurrency, rule=rule, address=called)
            self._calls = self._make_calls(self._http, headers, called)
        return self.facts()

    def answer(self, prompts: Sequence[Prompt]) -> Iterator[Answer]:
        """Answer all prompts, several at a time, trying again what may pass.

        An answer that took more than one try has no timing: its latency would tell
        of the waits, not of the model.
        """
        self.open()
        return cast(BackgroundLoop, self._loop).iterate(self._answers(prompts))

    def begin(
        self,
        prompts: Sequence[Prompt],
        *,
        put: Callable[[Answer], object],
        end: Callable[[], object],
    ) -> "Future[None]":
        """Start to answer and return, as `Overlapping` tells: earlier prompts first."""
        self.open()
        loop = cast(BackgroundLoop, self._loop)
        return loop.pump(self._answers(prompts), put=put, end=end)

    def send_no_more(self) -> None:
        """Send nothing of what waits in line, as `Overlapping` tells."""
        if self._loop is not None and self._pace is not None:
            self._loop.call(self._pace.send_no_more)

    def _answers(self, prompts: Sequence[Prompt]) -> AsyncIterator[Answer]:
        calls = cast(Calls, self._calls)

        async def once(prompt: Prompt) -> Answer:
            return await calls.once(prompt, stream=False)

        patience = Patience(**self._option("retries", {}))
        return answer_all(prompts, once, patience=patience, pace=cast(Pace, self._pace))

    def measure(self, prompt: Prompt) -> Answer:
        """Answer one prompt as a stream, without a second try."""
        self.open()
        loop, calls = cast(BackgroundLoop, self._loop), cast(Calls, self._calls)
        return loop.run(self._ticker.beside(calls.once(prompt, stream=True)))

    def connect(self, count: int) -> None:
        """Open so many connections before any request is due.

        Where that fails the requests tell why.
        """
        self.open()
        loop, http = cast(BackgroundLoop, self._loop), cast(SafeHttp, self._http)
        with suppress(RefusedAddressError, *TRANSPORT_ERRORS):
            loop.run(http.connect(count))

    def measure_at(
        self, prompts: Sequence[Prompt], due: Sequence[float]
    ) -> list[Answer]:
        """Answer each prompt as a stream, sent when it is due on `timing.clock`.

        Whatever happens to the others; times count from when a request was due.
        """
        self.open()
        loop, calls = cast(BackgroundLoop, self._loop), cast(Calls, self._calls)

        async def send(prompt: Prompt, at: float) -> Answer:
            return await calls.once(prompt, stream=True, since=at)

        sends = at_their_time(send, prompts, due)
        return loop.run(self._ticker.beside(sends))

    def lateness_ms(self) -> tuple[float, ...]:
        """Return how late this process was while it measured, and forget it."""
        return self._ticker.take()

    def facts(self) -> EngineFacts:
        """Tell the host, and the model's name as the server gives it."""
        served = ", ".join(sorted(self._calls.served)) if self._calls else ""
        return EngineFacts(
            engine="openai",
            model=self._spec.model,
            revision=self._spec.revision,
            precision=None,
            parameters=None,
            weights_sha256=None,
            load_ms=None,
            peak_memory_bytes=None,
            base_memory_bytes=None,
            versions={"served_model": served} if served else {},
            isolation={},
            host=self._http.target.host_port if self._http else None,
            not_sent=self._calls.dialect.not_sent if self._calls else (),
        )

    def close(self) -> None:
        """Close the connections."""
        if self._loop is not None and self._http is not None:
            self._loop.run(self._http.close())
            self._loop.stop()
        self._loop = self._http = self._calls = self._pace = None

    def _make_calls(
        self, http: SafeHttp, headers: list[tuple[str, str]], address: str
    ) -> Calls:
        chat = self._spec.chat
        return Calls(
            http=http,
            headers=headers,
            model=self._spec.model,
            dialect=Dialect(
                chat=True if chat is None else chat, extra=self._option("body", {})
            ),
            counter=TokenCounter(self._option("tokenizer_file", None)),
            total_s=self._option("total_s", None),
            secret=self._spec.api_key or "",
            address=address,
        )

    def _trusted(self) -> ssl.SSLContext | None:
        ca_file = self._option("ca_file", None)
        return ssl.create_default_context(cafile=ca_file) if ca_file else None

    def _option(self, name: str, default: Any) -> Any:
        return self._spec.options.get(name, default)


def _headers(key: str | None) -> list[tuple[str, str]]:
    if key is None:
        raise _setting("The endpoint has no key. Enter one, or an empty one if none.")
    odd = any(not "\x21" <= letter <= "\x7e" for letter in key)
    if odd or len(key) > _LONGEST_KEY:
        raise _setting(
            "The key holds a space, a line break or a letter outside ASCII, or is"
            f" longer than {_LONGEST_KEY:,} characters. Enter the key alone."
        )
    headers = [
        ("Accept", "application/json, text/event-stream"),
        ("Accept-Encoding", "identity"),
        ("Content-Type", "application/json"),
        ("User-Agent", "rightsize"),
    ]
    return [*headers, ("Authorization", f"Bearer {key}")] if key else headers


def _setting(message: str) -> EngineError:
    return EngineError(Failure(code="key", kind="configuration", message=message))
