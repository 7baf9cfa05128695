"""What does a loaded model read for one prompt, and why can it not read another?"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from advisor.engines.base import Failure, Prompt
from advisor.engines.choices import ChoiceRequest
from advisor.engines.decoding import Request
from advisor.engines.local_model import LoadError, LocalModel
from advisor.engines.prompt_tokens import PromptEncoder
from advisor.scoring.base import Scorer
from advisor.scoring.registry import scorer
from advisor.scoring.settling import settled

_UNLIMITED = 1 << 40
# Tokens of a choice depend on the text before it no further back than this.
_TAIL = 64


class _Listed(NamedTuple):
    """The tokens of each choice, and the ends that the last one stands for."""

    choices: tuple[tuple[int, ...], ...]
    ends: tuple[int, ...] = ()


class PromptReader:
    """Turns prompts into tokens that fit the model's context."""

    def __init__(self, model: LocalModel, *, chat: bool | None) -> None:
        self._encoder = PromptEncoder(model.tokenizer, chat=chat)
        self._context = model.context or _UNLIMITED
        words = model.network.config.get_text_config().vocab_size
        # A tokenizer may know a word, even an end, that the model has no row for.
        self._ends = tuple(sorted(one for one in model.eos if one < words))
        self._scorers: dict[str, Scorer] = {}
        self._known: dict[tuple[Any, ...], _Listed] = {}

    def read(self, prompt: Prompt) -> Request | ChoiceRequest | Failure:
        """Return what is asked of a decoder, or the failure of a prompt that fits not.

        A prompt with choices asks for their weights, any other for text.
        """
        try:
            ids = tuple(self._encoder.encode(prompt.text))
            choices = self._choices(prompt, ids) if prompt.choices else None
        except LoadError as error:
            return error.failure
        if not ids or (choices is not None and not choices[0]):
            told = "The prompt has no token of its own."
            return Failure(code="empty_prompt", kind="input", message=told)
        needed = 1 if choices is None else max(map(len, choices[1].choices))
        room = self._context - len(ids)
        if room < needed:
            told = f"The prompt has {len(ids):,} tokens; the model's context holds"
            told = f"{told} {self._context:,}."
            return Failure(code="context_too_long", kind="input", message=told)
        if choices is not None:
            before, (listed, ends) = choices
            return ChoiceRequest(id=prompt.id, ids=before, choices=listed, ends=ends)
        return Request(
            id=prompt.id,
            ids=ids,
            limit=min(prompt.max_output_tokens, room),
            temperature=prompt.temperature,
            seed=prompt.seed or 0,
            stop=prompt.stop,
            settled=self._settled(prompt.settled_by),
        )

    def _settled(self, spec: Any) -> Callable[[str], bool] | None:
        if spec is None:
            return None
        name = repr(spec)
        if name not in self._scorers:
            self._scorers[name] = scorer(spec)
        return partial(settled, self._scorers[name])

    def _choices(
        self, prompt: Prompt, ids: tuple[int, ...]
    ) -> tuple[tuple[int, ...], _Listed]:
        """Return the tokens before the choices, and those of each.

        Where a tokenizer joins the end of the prompt with the beginning of a choice,
        the joined tokens belong to the choices, all of which are read that way.
        """
        tail = prompt.text[-_TAIL:]
        known = self._known.get((tail, prompt.choices))
        if known is not None:
            return ids, known
        wholes = [
            tuple(self._encoder.encode(prompt.text, answer=choice))
            for choice in prompt.choices
        ]
        shared = len(ids)
        for whole in wholes:
            pairs = zip(ids, whole, strict=False)
            alike = next((at for at, (a, b) in enumerate(pairs) if a != b), None)
            shared = min(shared, len(whole) - 1, shared if alike is None else alike)
        choices = self._closed(tuple(whole[shared:] for whole in wholes))
        if shared == len(ids):
            self._known[tail, prompt.choices] = choices
        return ids[:shared], choices

    def _closed(self, choices: tuple[tuple[int, ...], ...]) -> _Listed:
        """Add the model's end where one choice begins another.

        A beginning is never less likely than what goes on from it: without an end
        the longer one could not be chosen. Models that were taught turns have several
        ends, of a turn and of a whole text, and may stop by each.
        """
        begins = any(
            one != other and other[: len(one)] == one
            for one in choices
            for other in choices
        )
        if not begins or not self._ends:
            return _Listed(choices)
        closed = tuple((*choice, self._ends[0]) for choice in choices)
        return _Listed(closed, self._ends)
