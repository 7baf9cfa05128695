"""How many tokens, when the server does not say?"""

from typing import Any

from advisor.engines.base import TokensOrigin
from advisor.engines.text import estimate_tokens

# An estimate may be off by half or double; below this share of it, or of an exact
# count, the server has seen less than was sent.
_CUT_BELOW_COUNT = 0.9
_CUT_BELOW_ESTIMATE = 1 / 3
_ENOUGH_TOKENS = 100


class TokenCounter:
    """Counts with the model's tokenizer when its file is given, else estimates."""

    def __init__(self, tokenizer_file: str | None = None) -> None:
        self._tokenizer: Any = None
        if tokenizer_file is not None:
            from tokenizers import Tokenizer

            self._tokenizer = Tokenizer.from_file(tokenizer_file)

    @property
    def origin(self) -> TokensOrigin:
        """Say where its counts come from."""
        return "estimated" if self._tokenizer is None else "tokenizer"

    def count(self, text: str) -> int:
        """Return the tokens of `text`, special tokens left out."""
        if self._tokenizer is None:
            return estimate_tokens(text)
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def was_cut(self, text: str, reported: int | None) -> bool:
        """Say whether a server that reports so few prompt tokens cut the prompt."""
        if reported is None:
            return False
        exact = self._tokenizer is not None
        # Runs of blanks make few tokens; they must not count as text left out.
        own = self.count(text if exact else " ".join(text.split()))
        share = _CUT_BELOW_COUNT if exact else _CUT_BELOW_ESTIMATE
        return own >= _ENOUGH_TOKENS and reported < share * own
