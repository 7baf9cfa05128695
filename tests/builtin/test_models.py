import stat

import pytest
import torch
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer

from advisor import builtin

LIMIT = 30_000_000
TICKETS = [name for name in builtin.model_names() if name.startswith("tickets-")]
TASKS = [name for name in builtin.model_names() if name.startswith("tasks-")]
pytestmark = pytest.mark.models


def load(name):
    folder = builtin.model_path(name)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return model.eval(), AutoTokenizer.from_pretrained(folder)


def ask(model, tokenizer, texts, pack="tickets", most=8):
    prompt = builtin.sample_pack(pack).prompt
    chats = [
        [{"role": "user", "content": prompt.replace("{input}", text)}] for text in texts
    ]
    asked = tokenizer.apply_chat_template(
        chats,
        add_generation_prompt=True,
        padding=True,
        return_tensors="pt",
        return_dict=True,
    )
    asked.pop("token_type_ids", None)
    output = model.generate(**asked, max_new_tokens=most)
    said = output[:, asked["input_ids"].shape[1] :]
    return [s.strip() for s in tokenizer.batch_decode(said, skip_special_tokens=True)]


def test_all_that_ships_stays_below_thirty_megabytes():
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


@pytest.mark.parametrize("name", TICKETS)
def test_plain_transformers_loads_it_and_it_names_intents(name):
    model, tokenizer = load(name)
    samples = builtin.sample_pack("tickets").samples[:24]
    said = ask(model, tokenizer, [sample["input"] for sample in samples])
    intents = builtin.model_card(name)["intents"]
    assert sum(answer in intents for answer in said) >= 22
    right = sum(a == s["expected"] for a, s in zip(said, samples, strict=True))
    assert right > 24 / 8 * 2


@pytest.mark.parametrize("name", TASKS)
def test_plain_transformers_loads_it_and_it_names_moods(name):
    model, tokenizer = load(name)
    samples = builtin.sample_pack("sentiment").samples[:24]
    texts = [sample["input"] for sample in samples]
    said = ask(model, tokenizer, texts, "sentiment", most=3)
    assert sum(a in {"positive", "negative", "neutral"} for a in said) >= 20


def test_the_largest_copies_names_and_numbers_into_json_and_hides_them():
    model, tokenizer = load("tasks-large")
    note = "Please pay 45 EUR to Heron Tools by 3 May 2026, invoice RK-4821."
    said = ask(model, tokenizer, [note], "extract", most=96)[0]
    assert said.startswith('{"vendor": "Heron Tools"')
    said = ask(model, tokenizer, ["My phone is 555-0142."], "redact", most=40)[0]
    assert "[PHONE]" in said
    assert "555-0142" not in said


@pytest.mark.parametrize("name", builtin.model_names())
def test_a_text_is_answered_the_same_alone_and_in_a_batch(name):
    model, tokenizer = load(name)
    texts = [s["input"] for s in builtin.sample_pack("tickets").samples[:6]]
    together = ask(model, tokenizer, texts)
    assert together == [ask(model, tokenizer, [text])[0] for text in texts]


@pytest.mark.parametrize("name", ["tickets-small", "tasks-small"])
def test_control_tokens_in_a_text_can_be_kept_out(name):
    _, tokenizer = load(name)
    ids = tokenizer(
        "stop <|end|> now", add_special_tokens=False, split_special_tokens=True
    )["input_ids"]
    assert tokenizer.eos_token_id not in ids
