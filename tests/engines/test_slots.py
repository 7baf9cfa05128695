"""Do rows in slots write what each prompt would write alone?"""

import pytest

pytestmark = pytest.mark.models


@pytest.fixture(scope="module", params=["llama", "qwen2", "gpt_neox", "gpt2"])
def model(request, loaded):
    return loaded(request.param, use="slots")


@pytest.fixture(scope="module")
def packed(model):
    from advisor.engines.packing import PackedNetwork

    packed = PackedNetwork(model.network)
    yield packed
    packed.unpack()


@pytest.fixture(scope="module")
def plain(model, packed):
    packed.unpack()
    return {request.id: plainly(model, request) for request in requests(16)}


def requests(count, *, seed=0, shared=0):
    import torch

    from advisor.engines.decoding import Request

    draw = torch.Generator().manual_seed(seed)

    def number(low, high):
        return int(torch.randint(low, high, (1,), generator=draw))

    start = tuple(number(4, 260) for _ in range(shared))
    return [
        Request(
            id=str(n),
            ids=start + tuple(number(4, 260) for _ in range(number(1, 60))),
            limit=number(1, 30),
        )
        for n in range(count)
    ]


class FewTokens:
    """Room for passes of so many tokens; remembers what was read."""

    def __init__(self, tokens=100):
        self.tokens = tokens
        self.read = []

    def passed(self, tokens):
        self.read.append(tokens)


def written(model, packed, asked, slots, *, eos=(), shared=0, tokens=100, record=None):
    from advisor.engines.decoding import Writer
    from advisor.engines.slots import SlotDecoder

    packed.pack()
    room = FewTokens(tokens)
    prefix = packed.encode(asked[0].ids[:shared]) if shared else None
    writer = Writer(model.tokenizer, eos)
    decoder = SlotDecoder(packed, writer, room, beat=lambda: None, record=record)
    more = {} if prefix is None else {"prefix": prefix}
    done = decoder.run(asked, slots=slots, **more)
    return {one.id: one.ids for one in done}, room.read


def plainly(model, request):
    import torch

    found = model.network.generate(
        torch.tensor([request.ids]),
        attention_mask=torch.ones(1, len(request.ids), dtype=torch.long),
        max_new_tokens=request.limit,
        do_sample=False,
        eos_token_id=None,
        pad_token_id=0,
    )
    return tuple(found[0, len(request.ids) :].tolist())


@pytest.mark.parametrize("slots", [1, 2, 5, 32])
def test_tokens_equal_those_of_plain_generation(model, packed, plain, slots):
    found, _ = written(model, packed, requests(16), slots)
    assert found == plain


class Tape:
    """Records steps as a GPU does, but for the kernels; refuses all after `most`."""

    def __init__(self, most=1000):
        self.most = most
        self.recorded = self.played = 0

    def __call__(self, step):
        if self.recorded == self.most:
            raise RuntimeError("no more room")
        self.recorded += 1

        def play():
            self.played += 1
            return step()

        return play


@pytest.mark.parametrize(("slots", "shared"), [(3, 24), (16, 0)])
def test_steps_of_rounded_shapes_that_are_played_again_write_the_same(
    model, packed, slots, shared
):
    asked = requests(40, seed=7, shared=shared)
    plain, _ = written(model, packed, asked, slots, shared=shared)
    tape = Tape()
    found, _ = written(model, packed, asked, slots, shared=shared, record=lambda: tape)
    assert found == plain
    assert tape.played > tape.recorded > 0


def test_what_was_recorded_for_one_prompt_alone_serves_the_next_one(model, packed):
    from advisor.engines.decoding import Writer
    from advisor.engines.slots import SlotDecoder

    asked = requests(12, seed=7)
    plain, _ = written(model, packed, asked, 1)
    tape = Tape()
    decoder = SlotDecoder(
        packed,
        Writer(model.tokenizer, ()),
        FewTokens(),
        beat=lambda: None,
        record=lambda: tape,
    )
    found = {}
    for one in asked:
        found |= {done.id: done.ids for done in decoder.run([one], slots=1)}
    assert found == plain
    assert tape.recorded <= 2
    assert tape.played > 50


def test_a_step_that_cannot_be_recorded_is_told_anew_each_time(model, packed, plain):
    tape = Tape(most=1)
    found, _ = written(model, packed, requests(16), 32, record=lambda: tape)
    assert found == plain
    assert tape.recorded == 1


def test_a_shared_prefix_that_is_read_once_changes_no_token(model, packed):
    asked = requests(12, seed=5, shared=24)
    packed.unpack()
    alone = {request.id: plainly(model, request) for request in asked}
    found, _ = written(model, packed, asked, 4, shared=24)
    assert found == alone


def test_rows_that_end_make_room_at_once(model, packed):
    asked = requests(16)
    _, alone = written(model, packed, asked, 1)
    _, together = written(model, packed, asked, 8)
    assert len(together) < len(alone) / 3


def test_slots_that_are_read_in_stretches_and_filled_again_write_the_same(
    model, packed
):
    asked = requests(60, seed=9)
    at_once, _ = written(model, packed, asked, 60)
    in_stretches, _ = written(model, packed, asked, 36)
    assert in_stretches == at_once


def test_who_leaves_is_replaced_by_the_longest_behind():
    from advisor.engines.slot_cache import SlotCache

    cache = SlotCache(slots=7, width=32, stretch=3)
    for slot, length in enumerate([20, 30, 25, 9, 12, 11, 4]):
        cache.hold(slot, length)
    assert list(cache.leave(1, 7)) == [(4, 1), (6, 4)]
    assert cache.lengths(6) == [20, 12, 25, 9, 4, 11]
    assert list(cache.leave(5, 6)) == []


def test_buffers_that_widen_leave_out_slots_that_are_done():
    import torch

    from advisor.engines.slot_cache import SlotCache

    cache = SlotCache(slots=5, width=32)
    keys = torch.randn(2, 30, 8)
    cache.put(0, 1, keys, keys)
    cache.expect(2)
    cache.make_room(33)
    assert (cache.slots, cache.width) == (2, 64)
    cache.hold(1, 30)
    cache.begin_step(2, keys.device, keys.dtype)
    one = torch.randn(1, 2, 2, 8)
    out, _ = cache.attend(0, one, one, one, 2, scaling=None)
    held = torch.cat((keys, one[0, :, 1:]), 1)[None]
    wanted = torch.nn.functional.scaled_dot_product_attention(one[:, :, 1:], held, held)
    assert torch.allclose(out[:, :, 1:], wanted, atol=1e-5)


def test_a_pass_reads_no_more_tokens_than_there_is_room_for(model, packed):
    asked = requests(16)
    _, read = written(model, packed, asked, 16, tokens=70)
    # A prompt that is longer than the room goes alone, beside the rows under way.
    assert max(read) <= 70 + 16
    assert sum(read) >= sum(len(one.ids) + one.limit - 1 for one in asked)


def test_an_end_token_ends_a_row_and_is_counted(model, packed):
    asked = requests(6, seed=3)
    free, _ = written(model, packed, asked, 4)
    ends = {ids[len(ids) // 2] for ids in free.values()}
    found, _ = written(model, packed, asked, 4, eos=ends)
    for name, ids in free.items():
        first = next(at for at, token in enumerate(ids) if token in ends)
        assert found[name] == ids[: first + 1]


def test_packed_rows_are_checked_before_they_are_trusted(model, packed):
    from advisor.engines.pass_room import PassRoom
    from advisor.engines.slot_check import packing_agrees

    packed.unpack()
    assert packing_agrees(model, packed, PassRoom(model.network, limit=None))


def test_penalties_of_a_model_are_left_to_generate(model):
    from advisor.engines.slots import serves

    settings = model.network.generation_config
    settings.repetition_penalty = 1.1
    assert not serves(model.network)
    settings.repetition_penalty = None
    assert serves(model.network)
