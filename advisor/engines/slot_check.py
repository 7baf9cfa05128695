"""Do packed rows say what the model itself would say?

Asked once after loading, before they are trusted with a model: an architecture that
places or masks its tokens in a way of its own is found out here, and is then left to
transformers' own `generate`.
"""

from collections.abc import Sequence

import torch

from advisor.engines.choices import ChoiceDecoder, ChoiceRequest, PlainChoiceDecoder
from advisor.engines.decoding import Request, Writer
from advisor.engines.local_model import LocalModel
from advisor.engines.packing import PackedNetwork
from advisor.engines.pass_room import PassRoom
from advisor.engines.slots import SlotDecoder, serves

# Rows of unlike lengths in two slots: a refill, a gap and a move are in it.
_LENGTHS_AND_LIMITS = ((9, 2), (6, 4), (7, 3))
_SHARED = 5
# Of half precision little is left after the sums of a long chain of layers.
_TOLERANCE = {torch.float32: 1e-3, torch.bfloat16: 0.1, torch.float16: 0.05}


def packing_agrees(model: LocalModel, packed: PackedNetwork, room: PassRoom) -> bool:
    """Compare packed rows with plain forward passes on a few random tokens.

    The network's attention is that of packed rows afterwards if they agree.
    """
    if not serves(model.network):
        return False
    requests = _requests(int(model.network.config.get_text_config().vocab_size))
    weighed = _choices(requests)
    plain_weights = [
        one.likelihoods
        for one in PlainChoiceDecoder(model.network, beat=_idle).run(weighed)
    ]
    packed.pack()
    try:
        ids = _packed_ids(model, packed, room, requests)
        weights = _packed_weights(packed, room, weighed)
    except (TypeError, ValueError, IndexError, AttributeError, RuntimeError):
        return False
    finally:
        packed.unpack()
    near = _TOLERANCE.get(model.network.dtype, 0.1)
    alike = all(
        abs(one - other) <= near * (1 + abs(other))
        for found, wanted in zip(weights, plain_weights, strict=True)
        for one, other in zip(found, wanted, strict=True)
    ) and all(
        _would_write(model, request, written, near)
        for request, written in zip(requests, ids, strict=True)
    )
    if alike:
        packed.pack()
    return alike


def _idle() -> None:
    """Tell nobody: loading has its own patience."""


def _packed_ids(
    model: LocalModel,
    packed: PackedNetwork,
    room: PassRoom,
    requests: Sequence[Request],
) -> list[tuple[int, ...]]:
    writer = Writer(model.tokenizer, ())
    decoder = SlotDecoder(packed, writer, room, beat=_idle)
    prefix = packed.encode(requests[0].ids[:_SHARED])
    done = decoder.run(requests, slots=2, prefix=prefix)
    found = {written.id: written.ids for written in done}
    return [found[request.id] for request in requests]


def _packed_weights(
    packed: PackedNetwork, room: PassRoom, weighed: Sequence[ChoiceRequest]
) -> list[tuple[float, ...]]:
    prefix = packed.encode(weighed[0].ids[:_SHARED])
    done = ChoiceDecoder(packed, room, beat=_idle).run(weighed, prefix=prefix)
    return [one.likelihoods for one in done]


def _requests(words: int) -> list[Request]:
    draw = torch.Generator().manual_seed(0)

    def some(count: int) -> tuple[int, ...]:
        return tuple(torch.randint(words, (count,), generator=draw).tolist())

    shared = some(_SHARED)
    return [
        Request(id=str(at), ids=shared + some(length), limit=limit)
        for at, (length, limit) in enumerate(_LENGTHS_AND_LIMITS)
    ]


def _choices(requests: Sequence[Request]) -> list[ChoiceRequest]:
    """Return choices of one, two and three tokens, made of the prompts' own."""
    return [
        ChoiceRequest(
            id=one.id, ids=one.ids, choices=(one.ids[:1], one.ids[1:3], one.ids[2:5])
        )
        for one in requests
    ]


@torch.inference_mode()
def _would_write(
    model: LocalModel, request: Request, written: tuple[int, ...], near: float
) -> bool:
    """Say whether a plain pass foretells each token too, or one as good as equal."""
    if len(written) != request.limit:
        return False
    device = next(model.network.parameters()).device
    row = torch.tensor([[*request.ids, *written[:-1]]], device=device)
    found = model.network(input_ids=row, use_cache=False).logits[0].float()
    found = found[len(request.ids) - 1 :]
    best = found.amax(-1)
    chosen = found.gather(-1, torch.tensor(written, device=device)[:, None])[:, 0]
    return bool((best - chosen <= near * (1 + best.abs())).all())
