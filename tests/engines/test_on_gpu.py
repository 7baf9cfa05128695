"""Does a model on a GPU say what it says on a processor, within its memory?

`RIGHTSIZE_TEST_GPU=1 python -m pytest tests/engines/test_on_gpu.py`, on a machine with
a GPU that torch can use. Without the variable all tests here run on the processor.
"""

import pytest

from advisor import builtin
from advisor.engines.base import EngineError, EngineSpec, Prompt
from advisor.engines.transformers_local import TransformersLocal
from tests.bench.local_engine import workloads

pytestmark = pytest.mark.models

LABELS = ("billing", "refund", "delivery", "login", "bug")
RANDOM = "random, 27 million parameters"
MODELS = (RANDOM, *builtin.model_names())


@pytest.fixture(scope="module", autouse=True)
def gpu():
    import torch

    if not torch.cuda.is_available():
        pytest.skip("needs a GPU that torch can use, and RIGHTSIZE_TEST_GPU=1")
    return torch.device("cuda")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a function: the folder of one of the models."""
    from tests.bench.local_engine.model import build

    made = tmp_path_factory.mktemp("random")
    build(made)
    return lambda name: made if name == RANDOM else builtin.model_path(name)


@pytest.fixture(scope="module")
def alone(folder):
    """Return a function: a model by transformers alone, on one of the devices."""
    import transformers

    known = {}

    def network(name, device):
        if (name, device) not in known:
            found = transformers.AutoModelForCausalLM.from_pretrained(
                folder(name), dtype="float32"
            )
            known[name, device] = found.eval().to(device)
        return known[name, device]

    return network


@pytest.fixture(scope="module")
def decoders(loaded, folder):
    """Return a function: the reader and the two decoders of a model on the GPU."""
    from advisor.engines.choices import ChoiceDecoder
    from advisor.engines.decoding import Writer
    from advisor.engines.packing import PackedNetwork
    from advisor.engines.pass_room import PassRoom
    from advisor.engines.reading import PromptReader
    from advisor.engines.slot_check import packing_agrees
    from advisor.engines.slots import SlotDecoder

    known = {}

    def made(name, precision="fp32"):
        if (name, precision) not in known:
            model = loaded(folder(name), precision, "on the GPU")
            room = PassRoom(model.network, limit=None)
            packed = PackedNetwork(model.network)
            assert packing_agrees(model, packed, room)
            writer = Writer(model.tokenizer, model.eos)
            known[name, precision] = (
                PromptReader(model, chat=None),
                SlotDecoder(packed, writer, room, beat=lambda: None),
                ChoiceDecoder(packed, room, beat=lambda: None),
                packed,
            )
        return known[name, precision]

    return made


@pytest.mark.parametrize(("kind", "share"), [("float32", 1e-5), ("bfloat16", 0.02)])
@pytest.mark.parametrize(
    ("asked", "held", "heads", "kept"),
    [(1, 37, 4, 4), (4, 300, 2, 2), (33, 33, 8, 2), (130, 130, 6, 2), (7, 45, 3, 3)],
)
def test_the_kernel_says_what_plain_arithmetic_says(
    kind, share, asked, held, heads, kept, gpu
):
    import torch

    from advisor.engines.attention import _plainly, aligned, attend

    draw = torch.Generator(gpu).manual_seed(0)
    parts = [
        torch.randn(3, many, length, 64, generator=draw, device=gpu)
        for many, length in ((heads, asked), (kept, held), (kept, held))
    ]
    hidden = torch.rand(3, 1, asked, held, generator=draw, device=gpu) < 0.3
    hidden[..., 0] = False
    mask = torch.zeros(hidden.shape, device=gpu, dtype=getattr(torch, kind))
    mask = mask.masked_fill_(hidden, torch.finfo(mask.dtype).min)
    half = [part.to(mask.dtype) for part in parts]
    for given in (None, mask, aligned(mask)):
        for causal in {False, given is None and asked == held}:
            exact = None if given is None else given.double()
            wanted = _plainly(*(p.double() for p in half), 0.2, causal, exact)
            found = attend(*half, scaling=0.2, causal=causal, mask=given)
            for one, other in zip(found, wanted, strict=True):
                assert one.shape == other.shape
                assert torch.allclose(
                    one.double(), other.double(), atol=share, rtol=share
                )


def texts(name, count):
    if name == RANDOM:
        items = workloads.choice_items(count, size=1, prefix=30, seed=3)
        return [workloads.words(item["context"]) for item in items]
    pack = builtin.sample_pack("tickets")
    return [
        pack.prompt.replace("{input}", sample["input"])
        for sample in pack.samples[:count]
    ]


def labels(name):
    if name != RANDOM:
        return LABELS
    return ("w7", "w11 w12 w13", "w9 w5", "w100 w200 w300 w400 w500")


def prompts(name, count, limit=24, **more):
    return [
        Prompt(id=str(n), text=text, max_output_tokens=limit, **more)
        for n, text in enumerate(texts(name, count))
    ]


def likelihood(network, device, ids, choice):
    """Return the log-likelihood of a choice by one plain pass."""
    import torch

    row = torch.tensor([[*ids, *choice[:-1]]], device=device)
    with torch.inference_mode():
        logits = network(row).logits[0, len(ids) - 1 :].float().log_softmax(-1)
    return float(sum(logits[at, token] for at, token in enumerate(choice)))


def near(found, wanted, share=1e-4):
    return all(
        abs(one - other) <= share * (1 + abs(other))
        for one, other in zip(found, wanted, strict=True)
    )


@pytest.mark.parametrize("shared", [0, 30])
@pytest.mark.parametrize("name", MODELS)
def test_choices_weigh_what_they_weigh_on_a_processor(name, shared, decoders, alone):
    from advisor.engines.packing import NO_PREFIX

    reader, _, weigher, packed = decoders(name)
    asked = [reader.read(one) for one in prompts(name, 24, choices=labels(name))]
    alike = len({one.ids[:shared] for one in asked}) == 1
    prefix = packed.encode(asked[0].ids[:shared]) if shared and alike else NO_PREFIX
    found = {one.id: one.likelihoods for one in weigher.run(asked, prefix=prefix)}
    network = alone(name, "cpu")
    for one in asked:
        wanted = [likelihood(network, "cpu", one.ids, c) for c in one.choices]
        assert near(found[one.id], wanted)


@pytest.mark.parametrize("name", MODELS)
def test_what_is_written_is_what_batch_1_writes(name, decoders, alone, gpu):
    import torch

    reader, writer, _, _ = decoders(name)
    asked = {one.id: reader.read(one) for one in prompts(name, 48)}
    network, same = alone(name, gpu), 0
    for written in writer.run(list(asked.values()), slots=20):
        ids = asked[written.id].ids
        row = torch.tensor([[*ids, *written.ids[:-1]]], device=gpu)
        with torch.inference_mode():
            best = network(row).logits[0, len(ids) - 1 :].argmax(-1)
        same += tuple(best.tolist()) == written.ids
    assert same >= 0.999 * len(asked)


def test_steps_that_are_recorded_and_played_write_the_same(decoders, loaded, folder):
    from advisor.engines.decoding import Writer
    from advisor.engines.pass_room import PassRoom
    from advisor.engines.repeated_steps import Recorder
    from advisor.engines.slots import SlotDecoder

    tried, recorded = [], []

    class Counted(Recorder):
        def __call__(self, step):
            tried.append(step)
            recorded.append(super().__call__(step))
            return recorded[-1]

    reader, _, _, packed = decoders(RANDOM)
    asked = [reader.read(one) for one in prompts(RANDOM, 60, limit=150)]
    writer = Writer(loaded(folder(RANDOM), "fp32", "on the GPU").tokenizer, ())
    room = PassRoom(packed.network, limit=None)
    found = []
    for record in (Counted, lambda: lambda step: step):
        decoder = SlotDecoder(packed, writer, room, beat=lambda: None, record=record)
        found.append({one.id: one.ids for one in decoder.run(asked, slots=24)})
    # The buffers are widened on the way, and what was recorded is recorded again.
    assert len(recorded) == len(tried) > 2
    assert found[0] == found[1]


def test_half_precision_chooses_alike(decoders):
    name = "tickets-large"
    chosen, weights = [], []
    for precision in ("fp32", "bf16"):
        reader, _, weigher, _ = decoders(name, precision)
        asked = [reader.read(one) for one in prompts(name, 64, choices=LABELS)]
        found = {one.id: one.likelihoods for one in weigher.run(asked)}
        weights.append([w for one in asked for w in found[one.id]])
        chosen.append([max(range(5), key=found[one.id].__getitem__) for one in asked])
    agreed = sum(one == other for one, other in zip(*chosen, strict=True))
    assert near(*weights, share=0.1)
    assert agreed >= 0.95 * len(chosen[0])


@pytest.fixture
def engine(folder):
    """Return a function: an engine whose host has a model on the GPU."""
    made = []

    def opened(name=RANDOM, **spec):
        spec = EngineSpec(engine="transformers", model=str(folder(name)), **spec)
        made.append(TransformersLocal(spec))
        return made[-1]

    yield opened
    for one in made:
        one.close()


def test_the_isolated_host_answers_alike_alone_and_in_a_block(engine):
    asked = prompts(RANDOM, 40)
    asked += [
        Prompt(id=f"c{p.id}", text=p.text, max_output_tokens=1, choices=labels(RANDOM))
        for p in asked
    ]
    host = engine()
    together = {a.prompt_id: a for a in host.answer(asked)}
    assert {a.failure for a in together.values()} == {None}
    for one in asked[::10]:
        apart = host.measure(one)
        assert apart.output == together[one.id].output
        assert apart.completion_tokens == together[one.id].completion_tokens
    stamps = host.measure(asked[0]).timing.token_ms
    assert len(stamps) == 24
    assert list(stamps) == sorted(stamps)


def test_the_walls_stand_and_the_memory_of_the_gpu_is_told(engine):
    host = engine(memory_limit_bytes=2_000_000_000)
    facts = host.open()
    weights = 4 * facts.parameters
    assert facts.versions["gpu"]
    assert facts.versions["decoder"] == "SlotDecoder"
    assert facts.isolation["memory_limit"]
    assert facts.isolation["audit_hook"]
    assert facts.isolation["empty_environment"]
    assert weights <= facts.peak_memory_bytes <= 2_000_000_000
    assert len(list(host.answer(prompts(RANDOM, 64)))) == 64
    assert facts.peak_memory_bytes <= host.facts().peak_memory_bytes <= 2_000_000_000


def test_a_model_that_does_not_fit_on_the_gpu_is_a_result(engine):
    host = engine(memory_limit_bytes=50_000_000)
    with pytest.raises(EngineError, match=r"does not fit in 0\.05 GB") as caught:
        host.open()
    assert caught.value.failure.code == "out_of_memory"


def test_little_room_beside_the_weights_is_an_answer_or_a_result(engine):
    host = engine(memory_limit_bytes=170_000_000)
    facts = host.open()
    answers = list(host.answer(prompts(RANDOM, 6)))
    assert len(answers) == 6
    assert {a.failure.code for a in answers if a.failure} <= {"out_of_memory"}
    assert facts.peak_memory_bytes <= host.facts().peak_memory_bytes <= 170_000_000


def test_an_open_precision_is_settled_and_its_trial_is_not_in_the_peak(engine):
    facts = engine(precision="auto").open()
    size = {"fp32": 4, "bf16": 2}[facts.precision]
    assert facts.peak_memory_bytes < 2 * size * facts.parameters + 200e6
