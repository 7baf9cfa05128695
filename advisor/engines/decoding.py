"""What is asked of a decoder, and what does one prompt's row become?

Shared by the two decoders: rows in slots (`slots`), and transformers' own `generate`
for architectures that slots do not serve (`generation`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

import torch

# What settles an answer ends with this; no other token asks for a look at the text.
_CLOSES = "`"
# Words whose largest logit is found first, by plain maxima, before it is asked which.
_BLOCK = 128
# Fewer rows side by side are slower to go through than to lay one behind the other.
_NARROW = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One encoded prompt; `limit` is the most tokens to write.

    `settled` says of the text so far whether more of it is of any use.
    """

    id: str
    ids: tuple[int, ...]
    limit: int
    temperature: float = 0.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    settled: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a model wrote for one request."""

    id: str
    text: str
    ids: tuple[int, ...]
    finish: Literal["stop", "length"]


@dataclass(slots=True, kw_only=True)
class Row:
    """A request under way: the tokens written so far."""

    request: Request
    tokens: list[int] = field(default_factory=list)
    chance: Any = None

    def __post_init__(self) -> None:
        if self.request.temperature > 0:
            self.chance = torch.Generator().manual_seed(self.request.seed)

    def pick(self, logits: torch.Tensor) -> int:
        """Draw the next token from one row of logits, by this row's own seed."""
        if self.chance is None:
            return int(logits.argmax())
        shares = torch.softmax(logits.float().cpu() / self.request.temperature, dim=-1)
        if shares[0].isnan():
            # Logits that are no numbers, or a temperature that makes them too large.
            return int(logits.argmax())
        return int(torch.multinomial(shares, 1, generator=self.chance))


def likeliest(logits: torch.Tensor) -> list[int]:
    """Return the number of the likeliest word of each row of logits [rows, words].

    The first of equals. Where largest numbers lie is asked of few of them only: on a
    processor torch finds a maximum many times faster than its place.
    """
    rows, words = logits.shape
    if logits.device.type != "cpu" or words < _BLOCK:
        return list(logits.argmax(-1).tolist())
    if rows < _NARROW:
        logits = logits.contiguous()
    whole = words - words % _BLOCK
    if logits.stride(-1) == 1:
        maxima = logits[:, :whole].view(rows, -1, _BLOCK).amax(-1)
    else:
        maxima = logits[:, :whole].t().view(-1, _BLOCK, rows).amax(1).t()
    if whole < words:
        maxima = torch.cat((maxima, logits[:, whole:].amax(-1, keepdim=True)), 1)
    at = maxima.argmax(-1, keepdim=True) * _BLOCK + torch.arange(_BLOCK)
    at = at.clamp_(max=words - 1)
    found = at.gather(1, logits.gather(1, at).argmax(-1, keepdim=True))
    return list(found[:, 0].tolist())


class Writer:
    """Turns tokens into text and says when a row is done."""

    def __init__(self, tokenizer: Any, eos: Iterable[int]) -> None:
        self._tokenizer = tokenizer
        self._eos = frozenset(eos)
        # Left out of every text, so that no stop word would ever be found of them.
        self._controls = {
            one: added.content
            for one, added in tokenizer.added_tokens_decoder.items()
            if added.special
        }
        self.on_token: Callable[[], None] | None = None

    def take(self, row: Row, token: int) -> Written | None:
        """Add a token to a row; return what was written when that ends it.

        The token that ends a row is counted: the model had to make it.
        """
        if self.on_token is not None:
            self.on_token()
        row.tokens.append(token)
        request = row.request
        if token in self._eos or self._controls.get(token) in request.stop:
            return self._written(row, self._text(row.tokens[:-1]), "stop")
        if request.stop:
            text = self._text(row.tokens)
            ends = [text.find(word) for word in request.stop if word in text]
            if ends:
                return self._written(row, text[: min(ends)], "stop")
        if request.settled is not None and _CLOSES in self._text([token]):
            text = self._text(row.tokens)
            if request.settled(text):
                return self._written(row, text, "stop")
        if len(row.tokens) >= request.limit:
            return self._written(row, self._text(row.tokens), "length")
        return None

    def _text(self, tokens: list[int]) -> str:
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True))

    def _written(
        self, row: Row, text: str, finish: Literal["stop", "length"]
    ) -> Written:
        return Written(
            id=row.request.id, text=text, ids=tuple(row.tokens), finish=finish
        )


Beat = Callable[[], None]
