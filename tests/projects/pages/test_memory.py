"""A model's memory is predicted from its own files, and held against the limit."""

import json
from pathlib import Path
from typing import Any

import pytest

from advisor.builtin import model_names
from advisor.catalog.models import ModelCard
from advisor.projects.pages.memory import memory_of
from advisor.projects.selectors import files_of_model

CONFIG = {
    "model_type": "llama",
    "hidden_size": 64,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "intermediate_size": 128,
    "vocab_size": 1000,
}
HERE = {"engine": "transformers", "precision": "fp32"}


def folder_model(root: Path, name: str = "tiny", rows: int = 1000) -> Path:
    """A folder with a configuration and the header of a safetensors file."""
    folder = root / name
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(CONFIG))
    tensor = {"dtype": "F32", "shape": [rows, 64], "data_offsets": [0, rows * 256]}
    header = json.dumps({"embed": tensor, "__metadata__": {"a": "b"}}).encode()
    content = len(header).to_bytes(8, "little") + header
    (folder / "model.safetensors").write_bytes(content)
    return folder


@pytest.fixture
def tiny(tmp_path: Path, settings: Any) -> str:
    settings.MODEL_ROOTS = [str(tmp_path)]
    return str(folder_model(tmp_path))


def test_the_files_of_a_folder_tell_shape_and_parameters(tiny: str):
    config, parameters = files_of_model(tiny) or ({}, 0)
    assert config["hidden_size"] == 64
    assert parameters == 64_000


def test_a_folder_that_the_operator_did_not_open_is_not_read(tiny: str, settings: Any):
    settings.MODEL_ROOTS = []
    assert files_of_model(tiny) is None
    assert files_of_model("/etc") is None
    assert files_of_model("Qwen/Qwen3-0.6B") is None
    assert files_of_model("builtin/warp-drive") is None


def test_a_broken_file_is_no_file(tiny: str):
    (Path(tiny) / "model.safetensors").write_bytes(b"\xff" * 100)
    assert files_of_model(tiny) is None


def test_built_in_models_have_files():
    for name in model_names():
        found = files_of_model(f"builtin/{name}")
        assert found is not None
        assert found[1] > 10_000


@pytest.mark.parametrize(
    ("limit", "verdict", "status"),
    [(8, "Fits", "met"), (0.1, "Does not fit", "failed")],
)
def test_a_peak_is_held_against_the_limit(tiny: str, limit, verdict, status):
    document = {"constraints": {"max_memory_gb": {"limit": limit, "level": "prefer"}}}
    cell = memory_of(document, {**HERE, "model": tiny}, None, 100)
    assert cell.verdict is not None
    assert cell.gauge is not None
    assert (cell.verdict.text, cell.gauge.status) == (verdict, status)
    assert " of " in cell.text


def test_without_a_limit_the_peak_is_told_alone(tiny: str):
    cell = memory_of({}, {**HERE, "model": tiny}, None, 100)
    assert cell.text.startswith("about 0.")
    assert cell.verdict is None


def test_longer_samples_take_more(tiny: str):
    def peak(tokens: int) -> float:
        document = {"constraints": {"max_memory_gb": 8}}
        cell = memory_of(document, {**HERE, "model": tiny}, None, tokens)
        assert cell.gauge is not None
        return cell.gauge.value or 0.0

    assert peak(20_000) > peak(100)


def test_a_model_that_lies_elsewhere_goes_by_the_weights_of_its_card():
    card = ModelCard(slug="b", name="B", parameters=1_000_000_000)
    cell = memory_of({}, {**HERE, "model": "owner/b"}, card, 100)
    assert cell.text == "about 4.0 GB"


@pytest.mark.parametrize("engine", ["openai", "recorded"])
def test_what_runs_elsewhere_takes_no_memory_here(engine: str, tiny: str):
    assert memory_of({}, {"engine": engine, "model": tiny}, None, 100).text == "–"
