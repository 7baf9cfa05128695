"""Do rows in slots write what each prompt would write alone?"""

import pytest

from tests.engines.tiny_models import make_model

pytestmark = pytest.mark.models


@pytest.fixture(scope="module", params=["llama", "qwen2", "gpt_neox"])
def model(request, tmp_path_factory):
    from advisor.engines.local_model import load

    folder = make_model(tmp_path_factory.mktemp("slots"), request.param)
    return load(
        folder,
        name=request.param,
        revision=None,
        precision="fp32",
        memory_limit_bytes=None,
    )


@pytest.fixture(scope="module")
def plain(model):
    return {request.id: plainly(model, request) for request in requests(16)}


def requests(count, *, seed=0):
    import torch

    from advisor.engines.decoding import Request

    draw = torch.Generator().manual_seed(seed)

    def number(low, high):
        return int(torch.randint(low, high, (1,), generator=draw))

    return [
        Request(
            id=str(n),
            ids=tuple(number(4, 260) for _ in range(number(1, 60))),
            limit=number(1, 30),
        )
        for n in range(count)
    ]


def written(model, asked, slots, *, eos=()):
    from advisor.engines.decoding import Writer
    from advisor.engines.slots import SlotDecoder

    beats = []
    decoder = SlotDecoder(
        model.network, Writer(model.tokenizer, eos), beat=lambda: beats.append(1)
    )
    found = {done.id: done.ids for done in decoder.run(asked, slots=slots)}
    return found, len(beats)


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
def test_tokens_equal_those_of_plain_generation(model, plain, slots):
    found, _ = written(model, requests(16), slots)
    assert found == plain


def test_rows_that_end_make_room_at_once(model):
    asked = requests(16)
    _, alone = written(model, asked, 1)
    _, together = written(model, asked, 8)
    assert together < alone / 3


def test_an_end_token_ends_a_row_and_is_counted(model):
    asked = requests(6, seed=3)
    free, _ = written(model, asked, 4)
    ends = {ids[len(ids) // 2] for ids in free.values()}
    found, _ = written(model, asked, 4, eos=ends)
    for name, ids in free.items():
        first = next(at for at, token in enumerate(ids) if token in ends)
        assert found[name] == ids[: first + 1]


def test_slots_are_checked_before_they_are_trusted(model):
    from advisor.engines.slot_check import slots_agree

    assert slots_agree(model)


def test_penalties_of_a_model_are_left_to_generate(model):
    from advisor.engines.slots import serves

    settings = model.network.generation_config
    settings.repetition_penalty = 1.1
    assert not serves(model.network)
    settings.repetition_penalty = None
    assert serves(model.network)
