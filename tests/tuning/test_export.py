import json
import stat

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from advisor.tuning.export import export


def test_plain_transformers_loads_what_was_stored(model, tokenizer, tmp_path):
    folder = tmp_path / "stored"
    export(model, tokenizer, folder, card={"name": "stored"})
    loaded = AutoModelForCausalLM.from_pretrained(folder)
    again = AutoTokenizer.from_pretrained(folder)
    assert loaded.dtype == torch.bfloat16
    assert loaded.generation_config.eos_token_id == tokenizer.eos_token_id
    assert loaded.generation_config.do_sample is False
    assert loaded.lm_head.weight is loaded.model.embed_tokens.weight
    assert again.padding_side == "left"
    assert (folder / "chat_template.jinja").is_file()
    assert json.loads((folder / "card.json").read_text()) == {"name": "stored"}


def test_every_stored_file_is_readable_by_all(model, tokenizer, tmp_path):
    export(model, tokenizer, tmp_path)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {0o644}


def test_storing_leaves_the_model_as_it_was(model, tokenizer, tmp_path):
    export(model, tokenizer, tmp_path)
    assert model.dtype == torch.float32


@pytest.mark.parametrize(("told", "stored"), [(7, [7]), ([7, 8], [7, 8]), (None, [])])
def test_an_end_that_the_model_alone_names_is_kept(
    model, tokenizer, tmp_path, told, stored
):
    model.generation_config.eos_token_id = told
    export(model, tokenizer, tmp_path)
    kept = AutoModelForCausalLM.from_pretrained(tmp_path).generation_config.eos_token_id
    end = tokenizer.eos_token_id
    assert kept == ([*stored, end] if stored else end)
