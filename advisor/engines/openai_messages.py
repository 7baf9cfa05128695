"""What is sent to an OpenAI-compatible server, and what does its answer say?

Servers differ from the specification and from each other: nothing in an answer is
taken for granted. Wrong shapes become failures with a code, never exceptions.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from advisor.engines.base import Failure, Prompt
from advisor.engines.http_failures import broke_off, of_error
from advisor.engines.message_parts import bad, text_of, thought_of
from advisor.engines.safe_http import CallError
from advisor.engines.text import StrictJsonError, clean, join_halves, read_json

# As servers name it that an answer reached its limit (Mistral: model_length), and that
# they gave it up half-way (vLLM: abort, DeepSeek: insufficient_system_resource).
_CUT = {"length", "max_tokens", "max_output_tokens", "model_length"}
_GIVEN_UP = {"abort", "error", "insufficient_system_resource"}
# Models that think draw by chance of their own (OpenAI's from o1 on, Claude, Kimi).
_ONE_HEAT = re.compile(r"temperature\b.{0,30}(not support|deprecated|only 1 is)")
_MOST_TOKENS = 10**9


@dataclass(slots=True, kw_only=True)
class Dialect:
    """What one server understands; learnt from its refusals."""

    chat: bool
    limit_field: str = "max_tokens"
    stream_usage: bool = True
    seeded: bool = True
    heated: bool = True
    extra: Mapping[str, object]

    @property
    def path(self) -> str:
        """Return the path below the base URL."""
        return "/chat/completions" if self.chat else "/completions"

    @property
    def spoken(self) -> tuple[object, ...]:
        """Return what tells apart requests before and after something was learnt."""
        return self.limit_field, self.stream_usage, self.seeded, self.heated

    @property
    def not_sent(self) -> tuple[str, ...]:
        """Return the fields that the server refuses, so that they are left out."""
        known = {
            "seed": self.seeded,
            "stream_options": self.stream_usage,
            "temperature": self.heated,
        }
        return tuple(name for name, is_sent in known.items() if not is_sent)

    def learn(self, failure: Failure, spoken: tuple[object, ...]) -> bool:
        """Adapt to a refusal of a field; True if the request is worth sending again.

        ``spoken`` is how the refused request was written: another one that was under
        way beside it may have taught the same meanwhile.
        """
        if failure.code != "bad_request":
            return False
        if spoken != self.spoken:
            return True
        told = failure.message
        if "max_completion_tokens" in told and self.limit_field == "max_tokens":
            self.limit_field = "max_completion_tokens"
            return True
        if "stream_options" in told and self.stream_usage:
            self.stream_usage = False
            return True
        if re.search(r"\bseed\b", told) and self.seeded:
            self.seeded = False
            return True
        if _ONE_HEAT.search(told) and self.heated:
            self.heated = False
            return True
        return False

    def body(self, model: str, prompt: Prompt, *, stream: bool) -> bytes:
        """Return the request as JSON bytes."""
        body: dict[str, object] = {**self.extra, "model": model}
        if self.chat:
            body["messages"] = [{"role": "user", "content": prompt.text}]
        else:
            body["prompt"] = prompt.text
        body[self.limit_field] = prompt.max_output_tokens
        if self.heated:
            body["temperature"] = prompt.temperature
        if prompt.seed is not None and self.seeded:
            body["seed"] = prompt.seed
        if prompt.stop:
            body["stop"] = list(prompt.stop)
        if stream:
            body["stream"] = True
            if self.stream_usage:
                body["stream_options"] = {"include_usage": True}
        return json.dumps(body).encode()


@dataclass(slots=True, kw_only=True)
class Said:
    """What an answer says so far."""

    chat: bool
    text: str = ""
    thought: str = ""
    refusal: str = ""
    tool_call: bool = False
    index: object = None
    ended: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    model: str | None = None

    def add(self, event: str | bytes, *, streamed: bool) -> bool:
        """Take in a JSON document, whole or one streamed chunk.

        Returns True when it brought a piece of the model's writing.

        Raises:
            CallError: The document is not what the interface promises.
        """
        found = _object(event)
        if found.get("error"):
            raise CallError(of_error(found["error"], begun=bool(self.text)))
        if isinstance(found.get("model"), str) and found["model"]:
            self.model = clean(found["model"])[:200]
        self._usage(found.get("usage"))
        choices = found.get("choices")
        if streamed and choices in (None, []):
            return False
        if not isinstance(choices, list) or not choices:
            raise CallError(bad("choices", 'The answer has no "choices".'))
        if not isinstance(choices[0], dict):
            raise CallError(bad("choices", "The first choice is not an object."))
        return self._choice(choices[0], "delta" if streamed else "message")

    def whole(self) -> str:
        """Return the text, with characters joined that came in two halves."""
        return clean(join_halves(self.text))

    def finish(self) -> Literal["stop", "length"]:
        """Return how the answer ended.

        Raises:
            CallError: The model refused, was filtered or called a tool.
        """
        ended = (self.ended or "").lower()
        if ended.startswith("content_filter"):
            told = "The provider's content filter stopped the answer."
            raise CallError(_model("content_filter", told))
        if ended in _GIVEN_UP:
            raise CallError(broke_off(f'it ended the answer with "{ended}"'))
        if not self.text and self.refusal:
            told = f"The model refused: {clean(self.refusal)}"
            raise CallError(_model("refusal", told))
        if not self.text and self.tool_call:
            told = "The model called a tool instead of writing text."
            raise CallError(_model("tool_call", told))
        return "length" if ended in _CUT else "stop"

    def _choice(self, choice: dict[str, Any], key: str) -> bool:
        index = choice.get("index")
        if self.index is None:
            self.index = index
        if index not in (None, self.index):
            # Another answer to the same prompt, streamed beside this one.
            return False
        ended = choice.get("finish_reason")
        if isinstance(ended, str) and ended:
            self.ended = ended
        part = choice.get(key) if self.chat else {"content": choice.get("text")}
        if part is None and key == "delta" and not self.text:
            # Some gateways stream a whole message as if it were a piece.
            part = choice.get("message")
        if part is None and (self.ended or key == "delta"):
            # Azure streams what its filter found without a delta.
            return False
        if not isinstance(part, dict):
            raise CallError(bad(key, f'The answer\'s "{key}" is not an object.'))
        called = part.get("tool_calls") or part.get("function_call")
        self.tool_call = self.tool_call or bool(called)
        piece, thought = text_of(part, "content"), thought_of(part)
        refusal = text_of(part, "refusal")
        self.text += piece
        self.refusal = (self.refusal + refusal)[:400]
        self.thought += thought
        return bool(piece or refusal or thought)

    def _usage(self, usage: object) -> None:
        """Take in counts; a chunk that tells one of them leaves the other one.

        No prompt has 0 tokens: a server that says so does not count.
        """
        if isinstance(usage, dict):
            read = _count(usage.get("prompt_tokens")) or 0
            wrote = _count(usage.get("completion_tokens"))
            details = usage.get("prompt_tokens_details")
            found = details.get("cached_tokens") if isinstance(details, dict) else 0
            cached = _count(found) or 0
            # More from a cache than in all: what was cached is counted apart.
            read += cached if cached > read else 0
            # Some count thoughts, which are billed as well, in the total alone.
            apart = (_count(usage.get("total_tokens")) or 0) - read - (wrote or 0)
            if read and wrote is not None and apart != cached:
                wrote += max(0, apart)
            self.prompt_tokens = read or self.prompt_tokens
            self.completion_tokens = self.completion_tokens if wrote is None else wrote


def _model(code: str, message: str) -> Failure:
    return Failure(code=code, kind="model", message=message)


def _object(event: str | bytes) -> dict[str, Any]:
    if not event.strip():
        raise CallError(bad("empty", "The answer is empty."))
    if event.lstrip()[:1] in ("<", b"<"):
        told = "There are no completions here: the answer is HTML."
        raise CallError(bad("html", told))
    try:
        found = read_json(event)
    except StrictJsonError as error:
        told = f"The answer is not valid JSON: {error}."
        raise CallError(bad("json", told)) from None
    if not isinstance(found, dict):
        raise CallError(bad("json", "The answer is not a JSON object."))
    return found


def _count(value: object) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value <= _MOST_TOKENS else None  # type: ignore[operator, return-value]
