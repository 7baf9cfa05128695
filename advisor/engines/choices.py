"""How likely is each of a closed list of answers, after a prompt?

The log-likelihood of an answer is the sum over its tokens. A prompt is read once for
all its choices, which part at its end, and the large matrix that turns states into
words is used only where a token of a choice is foretold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from advisor.engines.decoding import Beat
from advisor.engines.packing import NO_PREFIX, PackedNetwork, Prefix
from advisor.engines.pass_room import PassRoom
from advisor.engines.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRequest:
    """An encoded prompt and the tokens of each choice, none of them empty.

    With `ends` the last token of each choice stands for any of them.
    """

    id: str
    ids: tuple[int, ...]
    choices: tuple[tuple[int, ...], ...]
    ends: tuple[int, ...] = ()

    @property
    def length(self) -> int:
        """Return the tokens that must be read: the last of a choice is not."""
        return len(self.ids) + sum(len(choice) - 1 for choice in self.choices)

    def told(self, choice: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Return which tokens will do at each place of a choice."""
        singly: list[tuple[int, ...]] = [(token,) for token in choice]
        return [*singly[:-1], self.ends] if self.ends else singly


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The log-likelihood of each choice, in nats, in the order of the request."""

    id: str
    likelihoods: tuple[float, ...]


class ChoiceDecoder:
    """Weighs choices, many prompts in a pass."""

    def __init__(self, network: PackedNetwork, room: PassRoom, *, beat: Beat) -> None:
        self._network = network
        self._room = room
        self._beat = beat

    @torch.inference_mode()
    def run(
        self, requests: Sequence[ChoiceRequest], *, prefix: Prefix = NO_PREFIX
    ) -> Iterator[Weighed]:
        """Yield the weights of each request's choices, pass by pass.

        All requests begin with `prefix`.
        """
        batch: list[ChoiceRequest] = []
        room = self._room.tokens
        for request in requests:
            own = request.length - len(prefix)
            if batch and own > room:
                yield from self._weigh(batch, prefix)
                batch, room = [], self._room.tokens
            batch.append(request)
            room -= own
        if batch:
            yield from self._weigh(batch, prefix)

    def _weigh(
        self, batch: Sequence[ChoiceRequest], prefix: Prefix
    ) -> Iterator[Weighed]:
        spans = [
            Span(
                text=request.ids[len(prefix) :],
                branches=[choice[:-1] for choice in request.choices],
            )
            for request in batch
        ]
        logits = self._network.read(spans, keep=_foretelling(spans), prefix=prefix)
        found = _token_likelihoods(logits, batch)
        self._room.passed(sum(span.length for span in spans))
        self._beat()
        at = 0
        for request in batch:
            sums = []
            for choice in request.choices:
                sums.append(sum(found[at : at + len(choice)]))
                at += len(choice)
            yield Weighed(id=request.id, likelihoods=tuple(sums))


class PlainChoiceDecoder:
    """Weighs choices one by one, for models that packed rows do not serve."""

    def __init__(self, network: Any, *, beat: Beat) -> None:
        self._network = network
        self._beat = beat

    @torch.inference_mode()
    def run(self, requests: Sequence[ChoiceRequest]) -> Iterator[Weighed]:
        """Yield the weights of each request's choices."""
        for request in requests:
            weights = [self._weigh(request, one) for one in request.choices]
            yield Weighed(id=request.id, likelihoods=tuple(weights))

    def _weigh(self, request: ChoiceRequest, choice: tuple[int, ...]) -> float:
        device, ids = next(self._network.parameters()).device, request.ids
        found = self._network(
            input_ids=torch.tensor([ids + choice[:-1]], device=device),
            use_cache=False,
        )
        self._beat()
        logits = found.logits[0, len(ids) - 1 :]
        return sum(_likelihoods(logits, range(len(choice)), request.told(choice)))


def _foretelling(spans: Sequence[Span]) -> list[int]:
    """Return the positions whose logits count: a text's last, then its branches'."""
    kept: list[int] = []
    begin = 0
    for span in spans:
        kept += range(begin + len(span.text) - 1, begin + span.length)
        begin += span.length
    return kept


def _token_likelihoods(
    logits: torch.Tensor, batch: Sequence[ChoiceRequest]
) -> list[float]:
    """Return the log-likelihood of every token of every choice, in order."""
    rows: list[int] = []
    told: list[tuple[int, ...]] = []
    begin = 0
    for request in batch:
        at = begin + 1
        for choice in request.choices:
            rows += [begin, *range(at, at + len(choice) - 1)]
            told += request.told(choice)
            at += len(choice) - 1
        begin = at
    return _likelihoods(logits, rows, told)


def _likelihoods(
    logits: torch.Tensor, rows: Sequence[int], told: Sequence[tuple[int, ...]]
) -> list[float]:
    """Return how likely any of the tokens told is at each row, in nats."""
    totals = torch.logsumexp(logits.float(), -1)
    at_rows = torch.tensor(rows, device=logits.device)
    most = max(map(len, told))
    wide = [[*tokens, *[-1] * (most - len(tokens))] for tokens in told]
    table = torch.tensor(wide, device=logits.device)
    found = logits[at_rows[:, None], table].float()
    any_of = found.masked_fill(table < 0, float("-inf")).logsumexp(-1)
    likelihoods: list[float] = (any_of - totals[at_rows]).tolist()
    return likelihoods
