"""Any causal language model of a folder: ordered, made, stored, measured."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from advisor.engines.model_files import weights_sha256
from advisor.tuning.data import Example
from advisor.tuning.making import Job, Sitting, make
from advisor.tuning.order import OrderRefusedError, order_of
from advisor.tuning.reading import NotTrainableError
from tests.engines.tiny_models import change_json, make_model

THINGS = {"grass": "green", "sky": "blue", "snow": "white", "coal": "black"}
EXAMPLES = (
    tuple(
        Example(prompt=f"Colour of {thing}:", answer=colour)
        for thing, colour in THINGS.items()
    )
    * 4
)
TRAINED = {"rows": 4, "longest": 64}


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory) -> Path:
    return make_model(tmp_path_factory.mktemp("gpt2") / "m", "gpt2", size=32)


def made(parent: Path, out: Path, *, teacher: Path | None = None, **order):
    job = Job(
        order=order_of({**TRAINED, **order}),
        parent=parent,
        teacher=teacher,
        examples=EXAMPLES,
        out=out,
        work=out.with_name(f"{out.name}-work"),
    )
    return make(job, Sitting())


def test_the_same_order_gives_the_same_bytes(gpt2: Path, tmp_path: Path):
    for name in ("one", "two"):
        made(gpt2, tmp_path / name, technique="fine_tune", steps=6)
    assert weights_sha256(tmp_path / "one") == weights_sha256(tmp_path / "two")
    made(gpt2, tmp_path / "other", technique="fine_tune", steps=6, seed=2)
    assert weights_sha256(tmp_path / "one") != weights_sha256(tmp_path / "other")


def test_sittings_do_not_change_the_weights(gpt2: Path, tmp_path: Path):
    """Dropout included, which draws its chance by step."""
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    made(gpt2, whole, technique="fine_tune", steps=4)
    order = order_of({**TRAINED, "technique": "fine_tune", "steps": 4})
    job = Job(
        order=order,
        parent=gpt2,
        examples=EXAMPLES,
        out=parts,
        work=tmp_path / "work",
    )
    sittings = 0
    while make(job, Sitting(sitting_s=0.0)) is None:
        sittings += 1
    assert sittings == 3
    assert weights_sha256(whole) == weights_sha256(parts)


def test_lora_is_merged_into_plain_weights(gpt2: Path, tmp_path: Path):
    pytest.importorskip("peft", reason="the optional extra is not installed")
    record = made(
        gpt2,
        tmp_path / "out",
        technique="fine_tune",
        steps=3,
        lora_rank=2,
        learning_rate=0.01,
    )
    before = AutoModelForCausalLM.from_pretrained(gpt2)
    after = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    assert after.state_dict().keys() == before.state_dict().keys()
    first = "transformer.h.0.attn.c_attn.weight"
    assert not torch.equal(after.state_dict()[first], before.state_dict()[first])
    assert record["after"]["parameters"] == record["before"]["parameters"]


def test_single_zeros_are_shown_as_what_they_are(gpt2: Path, tmp_path: Path):
    record = made(gpt2, tmp_path / "out", technique="prune", zeroed=0.5)
    assert 0.2 < record["zeros"] < 0.5
    assert record["after"]["bytes"] == record["before"]["bytes"]


def test_what_is_left_after_pruning_is_smaller_and_loads(gpt2: Path, tmp_path: Path):
    record = made(
        gpt2,
        tmp_path / "out",
        technique="prune",
        keep_layers=0.5,
        keep_mlp=0.5,
        steps=2,
    )
    assert record["kept"] == {"layers": 1, "mlp": 64, "kv_heads": None}
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path / "out")
    assert loaded.num_parameters() == record["after"]["parameters"]
    assert record["after"]["parameters"] < record["before"]["parameters"]


def test_another_vocabulary_teaches_by_answers_alone(gpt2: Path, tmp_path: Path):
    teacher = make_model(tmp_path / "teacher", "llama", size=32)
    record = made(gpt2, tmp_path / "out", teacher=teacher, technique="distil", steps=2)
    assert record["taught_by"] == "logits"
    words = AutoTokenizer.from_pretrained(teacher)
    words.add_tokens(["another"])
    words.save_pretrained(teacher)
    with pytest.raises(NotTrainableError, match="cut text into different tokens"):
        made(gpt2, tmp_path / "no", teacher=teacher, technique="distil", by="logits")
    record = made(gpt2, tmp_path / "two", teacher=teacher, technique="distil", steps=2)
    assert record["taught_by"] == "answers"


def test_a_budget_that_ends_while_the_teacher_answers_ends_the_work(
    gpt2: Path, tmp_path: Path
):
    """Further sittings would have no more time, and there would be no end of them."""
    teacher = make_model(tmp_path / "teacher", "llama", size=32)
    job = Job(
        order=order_of({**TRAINED, "technique": "distil", "by": "answers"}),
        parent=gpt2,
        teacher=teacher,
        examples=EXAMPLES,
        out=tmp_path / "out",
        work=tmp_path / "work",
    )
    with pytest.raises(NotTrainableError, match="The budget was used up"):
        make(job, Sitting(budget_s=0.0))
    assert make(job, Sitting(sitting_s=0.0, budget_s=600.0)) is None


def test_halves_are_stored_and_every_precision_is_told(gpt2: Path, tmp_path: Path):
    record = made(gpt2, tmp_path / "out", technique="quantise", precision="fp16")
    found = {row["precision"]: row for row in record["precisions"]}
    assert set(found) == {"fp32", "bf16", "fp16", "int8"}
    assert record["after"]["bytes"] < 0.6 * record["before"]["bytes"]
    assert all("faster here" in row["note"] for row in record["precisions"][1:])


def test_an_order_is_refused_with_everything_that_is_wrong():
    with pytest.raises(OrderRefusedError) as refused:
        order_of({"technique": "prune", "steps": 0, "colour": "red"})
    assert len(refused.value.problems) == 3


def test_a_tokenizer_without_an_end_is_told(tmp_path: Path):
    folder = make_model(tmp_path / "m", "gpt2", size=32)
    change_json(folder / "tokenizer_config.json", eos_token=None)
    with pytest.raises(NotTrainableError, match="names no end-of-text token"):
        made(folder, tmp_path / "out", technique="fine_tune", steps=1)
