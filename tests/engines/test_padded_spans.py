"""Do spans laid side by side, as on a GPU, say what they say one by one?"""

import pytest

pytestmark = pytest.mark.models


@pytest.fixture(params=["llama", "gpt2"])
def packed(request, loaded):
    from advisor.engines.packing import PackedNetwork

    packed = PackedNetwork(loaded(request.param, use="side by side").network)
    packed.pack()
    yield packed
    packed.unpack()


def spans():
    from advisor.engines.spans import Span

    return [
        Span(text=[5, 6, 7], branches=[[8], [9, 10], []], slot=1),
        Span(text=[11, 12, 13, 14, 15], slot=0),
        Span(text=[16], branches=[[], [17, 18, 19]], slot=3),
    ]


@pytest.mark.parametrize("shared", [(), (20, 21, 22)])
def test_side_by_side_says_what_one_by_one_says(packed, shared):
    import torch

    from advisor.engines.packing import NO_PREFIX
    from advisor.engines.slot_cache import SlotCache

    found = []
    prefix = packed.encode(shared) if shared else NO_PREFIX
    for side_by_side in (False, True):
        packed.side_by_side = side_by_side
        cache = SlotCache(slots=4, width=32)
        with torch.inference_mode():
            first = packed.read(
                spans(), keep=list(range(15)), cache=cache, prefix=prefix
            )
            for slot, length in ((0, 5), (1, 3), (3, 1)):
                cache.hold(slot, length)
            cache.begin_step(4, packed.device, packed.network.dtype)
            more = packed.read(spans()[:2], last=[1, 2, 3, 4], cache=cache)
        found.append((first, more))
    packed.side_by_side = False
    for one, other in zip(*found, strict=True):
        assert torch.allclose(one, other, atol=1e-4)
        assert one.abs().max() > 0.1


def test_a_mask_is_laid_out_without_changing_a_number():
    import torch

    from advisor.engines.attention import aligned

    mask = torch.randn(3, 1, 5)
    assert torch.equal(aligned(mask), mask)
