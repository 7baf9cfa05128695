"""Does a loaded model answer alike alone and in a block, whatever its architecture?"""

import pytest

from advisor import builtin
from advisor.engines.base import Prompt

pytestmark = pytest.mark.models


def prompts(count):
    return [
        Prompt(
            id=str(n),
            text="my parcel never came " * (n % 5 + 1) + str(n),
            max_output_tokens=3 + n % 11,
        )
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("kind", "decoder"),
    [
        ("gpt2", "SlotDecoder"),
        ("qwen3", "SlotDecoder"),
        ("gemma3_text", "GenerateDecoder"),
    ],
)
def test_an_architecture_answers_alike_alone_and_in_a_block(hosted, kind, decoder):
    model = hosted(kind)
    together = {a.prompt_id: a.output for a in model.answer(prompts(9))}
    assert together == {p.id: model.measure(p).output for p in prompts(9)}
    assert model.facts({}).versions["decoder"] == decoder


@pytest.mark.parametrize("name", builtin.model_names())
def test_built_in_models_answer_alike_alone_and_in_a_block(hosted, name):
    pack = builtin.sample_pack(builtin.pack_names()[0])
    block = [
        Prompt(
            id=sample["id"],
            text=pack.prompt.replace("{input}", sample["input"]),
            max_output_tokens=pack.max_output_tokens,
        )
        for sample in pack.samples[:64]
    ]
    model = hosted(builtin.model_path(name))
    together = {a.prompt_id: a for a in model.answer(block)}
    alone = {p.id: model.measure(p) for p in block}
    assert {n: a.output for n, a in together.items()} == {
        n: a.output for n, a in alone.items()
    }
    assert {n: a.completion_tokens for n, a in together.items()} == {
        n: a.completion_tokens for n, a in alone.items()
    }


def test_writing_stops_when_the_score_is_settled_but_a_measured_answer_goes_on(
    loaded,
):
    from advisor.engines.decoding import Request, Row, Writer
    from advisor.scoring.registry import scorer
    from advisor.scoring.settling import settled

    tokenizer = loaded("llama").tokenizer
    text = 'yes\n```json\n{"a": 1}\n```\nthank you best regards'
    ids = tokenizer(text)["input_ids"]
    built = scorer("json_fields")
    request = Request(
        id="a", ids=(4,), limit=500, settled=lambda answer: settled(built, answer)
    )
    row, writer = Row(request=request), Writer(tokenizer, ())
    written = next(done for done in (writer.take(row, one) for one in ids) if done)
    assert written.finish == "stop"
    assert written.text.rstrip("\n").endswith("```")
    assert len(written.ids) < len(ids)
    free = Row(request=Request(id="a", ids=(4,), limit=len(ids)))
    assert [writer.take(free, one) for one in ids][-1].text == text


def test_it_says_at_every_layer_that_it_goes_on(loaded):
    from advisor.engines.hosted_model import HostedModel

    beats = []
    model = HostedModel(
        loaded("gpt2", use="beats"),
        chat=None,
        memory_limit_bytes=None,
        most_slots=None,
        beat=lambda: beats.append(1),
    )
    beats.clear()
    model.measure(Prompt(id="a", text="my parcel", max_output_tokens=1))
    layers = loaded("gpt2", use="beats").network.config.num_hidden_layers
    assert len(beats) == layers + 1


def test_memory_that_runs_out_means_less_at_once_and_at_last_a_result(loaded):
    import torch

    from advisor.engines.hosted_model import HostedModel

    network = loaded("llama", use="runs out").network
    model = HostedModel(
        loaded("llama", use="runs out"),
        chat=None,
        memory_limit_bytes=None,
        most_slots=None,
        beat=lambda: None,
    )
    block = [
        *prompts(9),
        Prompt(id="choice", text="my", max_output_tokens=1, choices=("card", "due")),
        Prompt(id="long", text="card " * 100, max_output_tokens=4),
    ]
    wanted = {a.prompt_id: a.output for a in model.answer(block)}

    def little(_, given):
        if given[0].shape[1] > 64:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    network.base_model.layers[0].register_forward_pre_hook(little)
    found = {a.prompt_id: a for a in model.answer(block)}
    failure = found.pop("long").failure
    assert (failure.kind, failure.code) == ("model", "out_of_memory")
    assert {n: a.output for n, a in found.items()} == {
        n: output for n, output in wanted.items() if n != "long"
    }
    assert model.measure(block[-1]).failure.code == "out_of_memory"


def test_it_says_while_it_reads_long_texts_that_it_goes_on(loaded):
    from advisor.engines.hosted_model import HostedModel

    beats = []
    model = HostedModel(
        loaded("gpt2", use="reads"),
        chat=None,
        memory_limit_bytes=None,
        most_slots=None,
        beat=lambda: beats.append(1),
    )
    beats.clear()
    # None of them fits, so that no layer says anything.
    block = [
        Prompt(id=str(n), text="card " * 600, max_output_tokens=1) for n in range(5)
    ]
    assert {a.failure.code for a in model.answer(block)} == {"context_too_long"}
    assert len(beats) == 5


@pytest.fixture(scope="module")
def broken_down(tiny_folder, tmp_path_factory):
    """Return the folder of a model with a weight that is no number."""
    import shutil

    from safetensors.torch import load_file, save_file

    folder = tmp_path_factory.mktemp("broken") / "llama"
    shutil.copytree(tiny_folder("llama"), folder)
    weights = load_file(folder / "model.safetensors")
    weights["lm_head.weight"][7, 0] = float("nan")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def test_likelihoods_that_are_no_numbers_are_the_models_failure(hosted, broken_down):
    asked = Prompt(id="a", text="my", max_output_tokens=1, choices=("card", "due"))
    (answer,) = hosted(broken_down).answer([asked])
    assert (answer.failure.kind, answer.failure.code) == ("model", "no_number")
    assert answer.likelihoods is None
    assert hosted(broken_down).measure(asked).failure.code == "no_number"


@pytest.mark.parametrize("kind", ["llama", "gemma3_text"])
def test_no_temperature_is_too_low(hosted, kind):
    cold = Prompt(id="a", text="my", max_output_tokens=3, temperature=1e-40, seed=1)
    greedy = Prompt(id="a", text="my", max_output_tokens=3)
    assert hosted(kind).measure(cold).output == hosted(kind).measure(greedy).output


def test_chance_bears_a_model_that_broke_down(hosted, broken_down):
    hot = Prompt(id="a", text="my", max_output_tokens=3, temperature=1.0, seed=1)
    assert hosted(broken_down).measure(hot).completion_tokens == 3


def test_a_model_that_asks_for_beams_is_answered_without(hosted, tiny_folder, tmp_path):
    import shutil

    from tests.engines.tiny_models import change_json

    folder = tmp_path / "llama"
    shutil.copytree(tiny_folder("llama"), folder)
    change_json(folder / "generation_config.json", num_beams=3)
    wanted = {a.prompt_id: a.output for a in hosted("llama").answer(prompts(4))}
    model = hosted(folder)
    assert model.facts({}).versions["decoder"] == "GenerateDecoder"
    assert {a.prompt_id: a.output for a in model.answer(prompts(4))} == wanted
