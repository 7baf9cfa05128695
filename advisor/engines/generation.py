"""How is a model answered for that slots do not serve? By transformers' `generate`.

Static batches, padded at the left: slower, but right for every architecture, with all
settings of its generation configuration but beams.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from transformers import StoppingCriteria, StoppingCriteriaList

from advisor.engines.decoding import Beat, Request, Row, Writer, Written

_COLDEST = 1e-6


class _Watch(StoppingCriteria):
    """Ends each row at its own limit or stop word."""

    def __init__(self, rows: list[Row], writer: Writer, beat: Beat) -> None:
        self.rows = rows
        self.ended: dict[str, Written] = {}
        self._writer = writer
        self._beat = beat

    def __call__(self, input_ids: torch.Tensor, scores: Any, **_: Any) -> torch.Tensor:
        """Take the newest token of each row; say which rows are done."""
        self._beat()
        newest = input_ids[:, -1].tolist()
        for row, token in zip(self.rows, newest, strict=True):
            if row.request.id not in self.ended:
                written = self._writer.take(row, token)
                if written is not None:
                    self.ended[row.request.id] = written
        done = [row.request.id in self.ended for row in self.rows]
        return torch.tensor(done, device=input_ids.device)


class GenerateDecoder:
    """Answers requests in batches of up to `slots` rows."""

    def __init__(self, network: Any, writer: Writer, *, beat: Beat) -> None:
        self._network = network
        self._device = next(network.parameters()).device
        self._writer = writer
        self._beat = beat

    def run(self, requests: Sequence[Request], *, slots: int) -> Iterator[Written]:
        """Yield what was written for each request, batch by batch."""
        ordered = sorted(requests, key=lambda r: len(r.ids), reverse=True)
        greedy = [r for r in ordered if r.temperature == 0]
        for first in range(0, len(greedy), slots):
            yield from self._batch(greedy[first : first + slots])
        for request in ordered:
            # Chance of its own for each: a batch would share it among its rows.
            if request.temperature > 0:
                torch.manual_seed(request.seed)
                yield from self._batch([request])

    @torch.inference_mode()
    def _batch(self, batch: Sequence[Request]) -> list[Written]:
        longest = len(batch[0].ids)
        ids = torch.zeros(len(batch), longest, dtype=torch.long)
        seen = torch.zeros(len(batch), longest, dtype=torch.long)
        for number, request in enumerate(batch):
            ids[number, longest - len(request.ids) :] = torch.tensor(request.ids)
            seen[number, longest - len(request.ids) :] = 1
        rows = [Row(request=request) for request in batch]
        watch = _Watch(rows, self._writer, self._beat)
        heat = batch[0].temperature
        self._network.generate(
            input_ids=ids.to(self._device),
            attention_mask=seen.to(self._device),
            max_new_tokens=max(request.limit for request in batch),
            do_sample=heat > 0,
            # A row a request: several beams would be several rows.
            num_beams=1,
            pad_token_id=0,
            stopping_criteria=StoppingCriteriaList([watch]),
            **(_drawn(heat) if heat > 0 else {}),
        )
        return [watch.ended[request.id] for request in batch]


def _drawn(heat: float) -> dict[str, Any]:
    """Return the settings of drawing by chance, which bears no logit without a number.

    A temperature near 0 would make infinite ones.
    """
    heat = max(heat, _COLDEST)
    return {
        "temperature": heat,
        "top_k": 0,
        "top_p": 1.0,
        "remove_invalid_values": True,
    }
