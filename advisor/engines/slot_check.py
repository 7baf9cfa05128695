"""Do slots write what the model itself would write?

Asked once after loading, before slots are trusted with a model: an architecture that
places or masks its tokens in a way of its own is found out here, and is then left to
transformers' own `generate`.
"""

import torch

from advisor.engines.decoding import Request, Writer
from advisor.engines.local_model import LocalModel
from advisor.engines.slots import SlotDecoder, serves

# Three rows of unlike lengths in two slots: padding, a refill and a move are in it.
_LENGTHS_AND_LIMITS = ((9, 2), (4, 4), (6, 3))


def slots_agree(model: LocalModel) -> bool:
    """Compare slots with plain forward passes on a few tokens of random prompts."""
    if not serves(model.network):
        return False
    requests = _requests(int(model.network.config.get_text_config().vocab_size))
    decoder = SlotDecoder(model.network, Writer(model.tokenizer, ()), beat=lambda: None)
    try:
        found = {done.id: done.ids for done in decoder.run(requests, slots=2)}
    except (TypeError, ValueError, IndexError, AttributeError):
        return False
    return all(found[r.id] == _plainly(model, r) for r in requests)


def _requests(words: int) -> list[Request]:
    draw = torch.Generator().manual_seed(0)
    return [
        Request(
            id=str(length),
            ids=tuple(torch.randint(words, (length,), generator=draw).tolist()),
            limit=limit,
        )
        for length, limit in _LENGTHS_AND_LIMITS
    ]


@torch.inference_mode()
def _plainly(model: LocalModel, request: Request) -> tuple[int, ...]:
    ids = list(request.ids)
    for _ in range(request.limit):
        found = model.network(input_ids=torch.tensor([ids]), use_cache=False)
        ids.append(int(found.logits[0, -1].argmax()))
    return tuple(ids[len(request.ids) :])
