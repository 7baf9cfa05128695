"""How do the words of a new model come to mean something before it reads?

A model trained from nothing on one-label answers stays at chance for thousands of
examples: each word is one of sixty that attention averages, and its gradient drowns.
This stage is a bag of words: the mean of the prompt's embeddings must point to the
embedding of the answer's first token. It costs seconds, and the layers then start from
words that already lean towards their labels.
"""

from typing import Any

import torch
from torch.nn import functional

from advisor.tuning.data import Batches


def learn_words(
    model: Any,
    batches: Batches,
    *,
    steps: int,
    learning_rate: float = 0.03,
    seed: int = 1,
) -> float:
    """Train the (tied) embeddings alone for `steps`; return the smoothed loss in nats.

    `learning_rate` is relative to the mean length of the embeddings at the start,
    which no embedding exceeds at the end: the layers see directions, and long ones make
    the first answers absurdly sure.
    """
    torch.manual_seed(seed)
    table = model.get_input_embeddings().weight
    size = table.detach().norm(dim=1).mean()
    optimizer = torch.optim.Adam([table], lr=learning_rate * float(size))
    smooth = 0.0
    for step in range(steps):
        batch = batches[step]
        kept = batch.answers.shape[1]
        first = batch.answers.int().argmax(1) + batch.ids.shape[1] - kept
        answers = batch.ids.gather(1, first[:, None])[:, 0]
        labels, targets = answers.unique(return_inverse=True)
        place = torch.arange(batch.ids.shape[1])
        prompt = (batch.attention.bool() & (place < first[:, None])).float()
        words = functional.embedding(batch.ids, table) / size
        mean = (words * prompt[..., None]).sum(1) / prompt.sum(1, keepdim=True).sqrt()
        loss = functional.cross_entropy(
            mean @ functional.normalize(table[labels], dim=1).T, targets
        )
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call, unused-ignore]
        optimizer.step()
        smooth = loss.item() if not step else 0.97 * smooth + 0.03 * loss.item()
    with torch.no_grad():
        table.mul_((size / table.norm(dim=1, keepdim=True)).clamp(max=1.0))
    return smooth
