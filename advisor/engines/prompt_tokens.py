"""Which tokens does a prompt become?

A model that was taught turns gets its chat template, any other the plain text. Text
of a user never becomes a control token: "<|end|>" inside a sample is seven characters,
or a sample could end its own turn and begin another.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from advisor.engines.local_model import LoadError
from advisor.engines.text import clean

_RENDER_S = 20.0
_SLOT = "\ue000user\ue000"
_GROWTH, _SLACK = 4, 64 * 1024


class PromptEncoder:
    """Encodes prompts for one tokenizer; `chat` None means: as the tokenizer says."""

    def __init__(
        self, tokenizer: Any, *, chat: bool | None, render_s: float = _RENDER_S
    ) -> None:
        self._tokenizer = tokenizer
        self._render_s = render_s
        has_template = bool(getattr(tokenizer, "chat_template", None))
        if chat and not has_template:
            told = "The model has no chat template; use it without chat."
            raise LoadError("chat_template", told)
        self.chat = has_template if chat is None else chat
        # Those of a role, such as the end of a prompt, and all that have none.
        added = tokenizer.added_tokens_decoder.values()
        words = {one.content for one in added if one.special}
        self._controls = sorted(words.union(tokenizer.all_special_tokens) - {""})
        if self.chat:
            self._render("ping")

    def encode(self, text: str, *, answer: str = "") -> list[int]:
        """Return the token ids of a prompt, the template around it included.

        With `answer` its tokens follow: after a template as the model would write
        them, after plain text as the two are read together, a blank between them.

        Raises:
            LoadError: The template fails, loops or swells.
        """
        text = clean(text)
        if not self.chat:
            gap = answer and not (text[-1:].isspace() or answer[:1].isspace())
            whole = f"{text} {answer}" if gap else text + answer
            return self._plain(whole)
        return [*self._turn(text), *(self._ids(answer, split=True) if answer else ())]

    def _plain(self, text: str) -> list[int]:
        ids = list(self._tokenizer(text, split_special_tokens=True)["input_ids"])
        # Some tokenizers were saved so that they end each text: nothing goes on then.
        ended = len(ids) > 1 and ids[-1] == self._tokenizer.eos_token_id
        return ids[:-1] if ended else ids

    def _turn(self, text: str) -> list[int]:
        if not any(word in text for word in self._controls):
            return self._ids(self._render(text), split=False)
        before, _, after = self._render(_SLOT).partition(_SLOT)
        return [
            *self._ids(before, split=False),
            *self._ids(text, split=True),
            *self._ids(after, split=False),
        ]

    def _ids(self, text: str, *, split: bool) -> list[int]:
        encoded = self._tokenizer(
            text, add_special_tokens=False, split_special_tokens=split
        )
        return list(encoded["input_ids"])

    def _render(self, text: str) -> str:
        turn = [{"role": "user", "content": text}]
        try:
            with _deadline(self._render_s):
                rendered = self._tokenizer.apply_chat_template(
                    turn, tokenize=False, add_generation_prompt=True
                )
        except Exception as error:
            told = f"The chat template fails: {str(error)[:200]}"
            raise LoadError("chat_template", told) from error
        if len(rendered) > _GROWTH * len(text) + _SLACK:
            told = "The chat template makes far more text than it is given."
            raise LoadError("chat_template", told)
        return str(rendered)


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Interrupt a block that runs too long; a sandbox does not stop a loop."""

    def late(_: int, __: FrameType | None) -> None:
        raise TimeoutError(f"it ran for more than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
