"""How does training read prompts exactly as the engine will when it asks?

A model that was tuned on other tokens than it is asked with loses what it learned:
a missing beginning-of-text token is enough. So the engine's own encoder is used.
"""

from collections.abc import Sequence
from typing import Any

from advisor.engines.local_model import LoadError
from advisor.engines.prompt_tokens import PromptEncoder
from advisor.tuning.data import Encoded, Encoder, Example


class NotTrainableError(ValueError):
    """A model or its examples cannot be trained on; the message says what to do."""


class EngineEncoder(Encoder):
    """Encode as `advisor.engines` does: template, beginning of text, control tokens.

    Text of a user never becomes a control token. Needs the main thread, as the
    engine's encoder stops a template that loops by an alarm.
    """

    def __init__(self, tokenizer: Any) -> None:
        if tokenizer.eos_token_id is None:
            raise NotTrainableError(
                "The tokenizer names no end-of-text token, so the model could not learn"
                " where an answer ends. Set eos_token in tokenizer_config.json."
            )
        try:
            self._reader = PromptEncoder(tokenizer, chat=None)
        except LoadError as error:
            raise NotTrainableError(str(error)) from error
        self.end = int(tokenizer.eos_token_id)
        pad = tokenizer.pad_token_id
        self.pad = self.end if pad is None else int(pad)

    def encode(self, examples: Sequence[Example]) -> list[Encoded]:
        """Encode prompts with their answers; an answer ends with the end token."""
        return [self._encode(one) for one in examples]

    def prompt(self, text: str, *, chat: bool = True) -> list[int]:
        """Encode a prompt alone, as the engine sends it; ``chat`` is not asked.

        Raises NotTrainableError for a template that fails.
        """
        return self._ids(text)

    def _ids(self, text: str, *, answer: str = "") -> list[int]:
        try:
            return self._reader.encode(text, answer=answer)
        except LoadError as error:
            raise NotTrainableError(str(error)) from error

    def _encode(self, example: Example) -> Encoded:
        prompt = self._ids(example.prompt)
        whole = self._ids(example.prompt, answer=example.answer)
        pairs = zip(prompt, whole, strict=False)
        shared = next((at for at, (a, b) in enumerate(pairs) if a != b), len(prompt))
        shared = min(shared, len(whole))
        return Encoded(whole[:shared], [*whole[shared:], self.end])
