"""What does a model answer, greedily, to many prompts?"""

from collections.abc import Sequence
from typing import Any

import torch

from advisor.tuning.data import Encoder


@torch.no_grad()
def answers(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[str],
    *,
    max_tokens: int = 8,
    rows: int = 32,
    chat: bool = True,
    encoder: Encoder | None = None,
) -> list[str]:
    """Answer every prompt, in order, without chance; left-padded batches of `rows`.

    `encoder` reads the prompts; None reads them by the tokenizer's template.
    """
    encoder = encoder or Encoder(tokenizer)
    encoded = [encoder.prompt(text, chat=chat) for text in prompts]
    order = sorted(range(len(prompts)), key=lambda i: len(encoded[i]))
    found = [""] * len(prompts)
    model.eval()
    for start in range(0, len(order), rows):
        chosen = order[start : start + rows]
        ids, mask = _left_padded([encoded[i] for i in chosen], encoder.pad)
        output = model.generate(
            input_ids=ids,
            attention_mask=mask,
            max_new_tokens=max_tokens,
            do_sample=False,
            eos_token_id=encoder.end,
            pad_token_id=encoder.pad,
        )
        for index, row in zip(chosen, output[:, ids.shape[1] :], strict=True):
            found[index] = tokenizer.decode(row, skip_special_tokens=True).strip()
    return found


def _left_padded(
    rows: Sequence[list[int]], pad: int
) -> tuple[torch.Tensor, torch.Tensor]:
    length = max(len(row) for row in rows)
    ids = [[pad] * (length - len(row)) + row for row in rows]
    mask = [[0] * (length - len(row)) + [1] * len(row) for row in rows]
    return torch.tensor(ids), torch.tensor(mask)
