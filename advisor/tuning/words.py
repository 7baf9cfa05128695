"""How do the words of a new model come to mean something before it reads?

A model trained from nothing on one-label answers stays at chance for thousands of
examples: each word is one of sixty that attention averages, and its gradient drowns.
So it starts as a bag of words. First the embeddings alone learn, in seconds, that the
mean of a prompt's words points to the answer's first token. Then the first layer is set
to take that mean and all else to add nothing, so that training goes on from there.
"""

import math
from typing import Any

import torch
from torch.nn import functional

from advisor.tuning.data import Batch, Batches
from advisor.tuning.loop import Loss
from advisor.tuning.losses import answer_logits

# How much louder the bag is than the last token's own embedding.
LOUDNESS = 4.0


def learn_words(
    model: Any,
    batches: Batches,
    *,
    steps: int,
    learning_rate: float = 0.03,
    seed: int = 1,
) -> float:
    """Train the (tied) embeddings alone for `steps`; return the smoothed loss in nats.

    `learning_rate`, relative to the length of an embedding, falls to zero. As the
    layers see directions alone, every embedding ends as long as they were on average.
    """
    torch.manual_seed(seed)
    turn = _turn(model.config.hidden_size)
    table = model.get_input_embeddings().weight
    size = float(table.detach().norm(dim=1).mean())
    sharpness = size * math.sqrt(table.shape[1])
    optimizer = torch.optim.Adam([table], lr=learning_rate * size)
    smooth = 0.0
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = learning_rate * size * (1 - step / steps)
        batch = batches[step]
        kept = batch.answers.shape[1]
        first = batch.answers.int().argmax(1) + batch.ids.shape[1] - kept
        targets = batch.ids.gather(1, first[:, None])[:, 0]
        place = torch.arange(batch.ids.shape[1])
        prompt = (batch.attention.bool() & (place < first[:, None])).float()
        words = functional.normalize(functional.embedding(batch.ids, table), dim=-1)
        bag = functional.normalize((words * prompt[..., None]).sum(1) @ turn.T, dim=-1)
        ends = functional.normalize(table, dim=-1)
        loss = functional.cross_entropy(sharpness * bag @ ends.T, targets)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        smooth = loss.item() if not step else 0.97 * smooth + 0.03 * loss.item()
    with torch.no_grad():
        table.copy_(functional.normalize(table, dim=-1) * size)
    return smooth


@torch.no_grad()
def read_as_bag(model: Any) -> None:
    """Set a new Llama-class model to answer by the mean of the prompt's words.

    The first attention looks everywhere alike (queries are zero) and passes on what it
    sees; every other branch adds zero until it learns better. Needs as many key-value
    heads as heads, each a share of the width.
    """
    for layer in model.model.layers:
        layer.self_attn.o_proj.weight.zero_()
        layer.mlp.down_proj.weight.zero_()
    first = model.model.layers[0].self_attn
    width = model.config.hidden_size
    if first.v_proj.weight.shape != (width, width):
        raise ValueError("The heads must share the width among them, one value each.")
    first.q_proj.weight.zero_()
    first.v_proj.weight.copy_(torch.eye(width))
    first.o_proj.weight.copy_(LOUDNESS * _turn(width))


def stay_near(bag: Any, *, mix: float = 0.7, rest: float = 0.1) -> Loss:
    """Make a loss that lets a model learn more without forgetting its bag of words.

    The answer's first token counts `mix` parts nearness to `bag`, the frozen start (KL,
    nats), and the rest the right label; later tokens, above all the end of the turn,
    count `rest`. Without it two hundred steps cost up to 6 points on unseen wordings.
    """
    bag.eval().requires_grad_(False)

    def loss(model: Any, batch: Batch) -> torch.Tensor:
        mine = answer_logits(model, batch)
        with torch.no_grad():
            start = answer_logits(bag, batch)
        targets = batch.ids[:, -batch.answers.shape[1] :]
        first = batch.answers & (batch.answers.int().cumsum(1) == 1)
        later = batch.answers & ~first
        label = functional.cross_entropy(mine[first].float(), targets[first])
        near = functional.kl_div(
            functional.log_softmax(mine[first].float(), -1),
            functional.log_softmax(start[first].float(), -1),
            log_target=True,
            reduction="batchmean",
        )
        end = functional.cross_entropy(mine[later].float(), targets[later])
        return mix * near + (1 - mix) * label + rest * end

    return loss


def _turn(width: int) -> torch.Tensor:
    """Make a fixed rotation, so that a prompt does not point to its own words."""
    chance = torch.Generator().manual_seed(width)
    turned: torch.Tensor = torch.linalg.qr(torch.randn(width, width, generator=chance))[
        0
    ]
    return turned
