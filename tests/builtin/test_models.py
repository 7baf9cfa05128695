import stat

import pytest
import torch
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer

from advisor import builtin

LIMIT = 10_000_000
pytestmark = pytest.mark.models


def load(name):
    folder = builtin.model_path(name)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return model.eval(), AutoTokenizer.from_pretrained(folder)


def ask(model, tokenizer, texts):
    pack = builtin.sample_pack("tickets")
    chats = [
        [{"role": "user", "content": pack.prompt.format(input=text)}] for text in texts
    ]
    asked = tokenizer.apply_chat_template(
        chats,
        add_generation_prompt=True,
        padding=True,
        return_tensors="pt",
        return_dict=True,
    )
    asked.pop("token_type_ids", None)
    output = model.generate(**asked, max_new_tokens=8)
    return tokenizer.batch_decode(
        output[:, asked["input_ids"].shape[1] :], skip_special_tokens=True
    )


def test_all_that_ships_stays_below_ten_megabytes():
    files = [path for path in builtin.MODELS.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < LIMIT
    assert {stat.S_IMODE(path.stat().st_mode) & 0o044 for path in files} == {0o044}


@pytest.mark.parametrize("name", builtin.model_names())
def test_the_card_counts_the_parameters_in_the_weights(name):
    weights = builtin.model_path(name) / "model.safetensors"
    with safe_open(weights, framework="pt") as file:
        shapes = [file.get_slice(key).get_shape() for key in file.keys()]  # noqa: SIM118
    counted = sum(torch.Size(shape).numel() for shape in shapes)
    assert builtin.model_card(name)["parameters"] == counted


@pytest.mark.parametrize("name", builtin.model_names())
def test_plain_transformers_loads_it_and_it_names_intents(name):
    model, tokenizer = load(name)
    samples = builtin.sample_pack("tickets").samples[:24]
    said = ask(model, tokenizer, [sample["input"] for sample in samples])
    intents = builtin.model_card(name)["intents"]
    assert sum(answer in intents for answer in said) >= 22
    right = sum(a == s["expected"] for a, s in zip(said, samples, strict=True))
    assert right > 24 / 8 * 2


@pytest.mark.parametrize("name", builtin.model_names())
def test_a_ticket_is_answered_the_same_alone_and_in_a_batch(name):
    model, tokenizer = load(name)
    texts = [s["input"] for s in builtin.sample_pack("tickets").samples[:6]]
    together = ask(model, tokenizer, texts)
    assert together == [ask(model, tokenizer, [text])[0] for text in texts]


def test_control_tokens_in_a_ticket_can_be_kept_out():
    _, tokenizer = load("tickets-small")
    ids = tokenizer(
        "stop <|end|> now", add_special_tokens=False, split_special_tokens=True
    )["input_ids"]
    assert tokenizer.eos_token_id not in ids
