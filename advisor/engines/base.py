"""What is an engine, and what does it answer?

An engine gets answers from one model. Values only: no framework, no model
runner and no network is imported here, so that every room may read it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, Protocol

FailureKind = Literal["model", "transport", "configuration", "input"]
Finish = Literal["stop", "length", "error"]
ChooseBy = Literal["likelihood", "likelihood_per_token"]
TokensOrigin = Literal["reported", "tokenizer", "estimated"]

_NOTHING: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why there is no answer, and what that means for the candidate.

    `model` scores 0; `transport` is tried again, then is a gap; `configuration`
    stops the candidate; `input` is a sample that is too long or was cut.
    """

    code: str
    kind: FailureKind
    message: str
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One request to a model.

    ``request_key`` is the same over all tries at this request, so that a server that
    knows it does not do, or bill, the work twice; None lets the engine choose one.

    With ``choices`` an engine that can weigh answers names the likeliest of them
    instead of writing: the first one on a tie; by the sum over its tokens, or by their
    mean with ``choose_by`` "likelihood_per_token". Other engines let the model write.

    ``settled_by`` is a scorer as a setup names it: an engine may stop writing once no
    more text can change that scorer's score. A measured answer is never cut short.
    """

    id: str
    text: str
    max_output_tokens: int
    temperature: float = 0.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    request_key: str | None = None
    choices: tuple[str, ...] = ()
    choose_by: ChooseBy = "likelihood"
    settled_by: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When an answer came, in milliseconds since it was sent.

    `token_ms` holds the time of each token, or of each piece that arrived
    where a server does not tell its tokens apart; on a monotonic clock.
    """

    ttft_ms: float | None
    total_ms: float
    token_ms: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back for one prompt: an output or a failure, never both.

    `likelihoods` holds the log-likelihood of each choice, in nats, where they were
    weighed. `repeatable` is False for what was drawn without the seed that was asked
    for, as its server refuses one.
    """

    prompt_id: str
    output: str | None
    finish: Finish
    prompt_tokens: int | None
    completion_tokens: int | None
    tokens_origin: TokensOrigin | None
    timing: Timing | None
    failure: Failure | None = None
    cost_usd: float | None = None
    score: float | None = None
    input_cut: bool = False
    likelihoods: tuple[float, ...] | None = None
    repeatable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """What is known of an opened engine; None where it was not measured.

    Memory is in bytes: `base_memory_bytes` before the weights were loaded,
    `peak_memory_bytes` the highest since. `settings_sha256` names all that stands
    beside the weights: tokenizer, chat template, configuration. `host` is the contacted
    host:port, None when nothing leaves. `not_sent` names what the server refuses to be
    told, so that it was asked without.
    """

    engine: str
    model: str
    revision: str | None
    precision: str | None
    parameters: int | None
    weights_sha256: str | None
    settings_sha256: str | None = None
    load_ms: float | None
    peak_memory_bytes: int | None
    base_memory_bytes: int | None
    versions: Mapping[str, str]
    isolation: Mapping[str, bool]
    host: str | None
    not_sent: tuple[str, ...] = ()


class EngineError(Exception):
    """An engine that cannot work at all; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Engine(Protocol):
    """Gets answers from one model."""

    def open(self) -> EngineFacts:
        """Load or connect.

        Raises:
            EngineError: The model cannot be used; its failure says why.
        """

    def answer(self, prompts: Sequence[Prompt]) -> Iterator[Answer]:
        """Answer all prompts as fast as the engine can, in any order.

        Yields one answer a prompt and never raises for a sample: what went
        wrong is in the answer.
        """

    def measure(self, prompt: Prompt) -> Answer:
        """Answer one prompt alone, with the time of each token."""

    def facts(self) -> EngineFacts:
        """Tell what is known now, such as peak memory after work."""

    def close(self) -> None:
        """Let go of everything; a second call does nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSpec:
    """Which engine to open, and how.

    `recorded` is the JSONL text of a recorded file. `allowed_private` lists
    host:port pairs that the operator allows although they are private.
    """

    engine: str
    model: str
    revision: str | None = None
    precision: str = "fp32"
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    chat: bool | None = None
    recorded: str | None = field(default=None, repr=False)
    memory_limit_bytes: int | None = None
    threads: int | None = None
    concurrency: int = 8
    allowed_private: tuple[str, ...] = ()
    local_only: bool = False
    options: Mapping[str, object] = field(default_factory=lambda: _NOTHING)
