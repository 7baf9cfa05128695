"""Is a folder that could run code, or end a process, refused before it is loaded?"""

import hashlib
import json
import struct

import pytest

from advisor.engines.model_files import (
    UnsafeModelError,
    check_folder,
    settings_sha256,
    weights_sha256,
)


def weights(path, *, shapes=((2, 3), (4,)), extra=b""):
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for number, shape in enumerate(shapes):
        size = 4
        for side in shape:
            size *= side
        header[f"w{number}"] = {
            "dtype": "F32",
            "shape": list(shape),
            "data_offsets": [at, at + size],
        }
        at += size
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"\0" * at + extra)


@pytest.fixture
def folder(tmp_path):
    weights(tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    (tmp_path / "tokenizer.json").write_text('{"vocab": {"auto_map": 1}}')
    return tmp_path


def test_it_reads_the_size_of_the_weights(folder):
    found = check_folder(folder)
    assert (found.parameters, found.bytes) == (10, 40)


@pytest.fixture
def split(folder):
    names = ["model-1.safetensors", "model-2.safetensors"]
    (folder / "model.safetensors").rename(folder / names[0])
    weights(folder / names[1], shapes=((5,),))
    named = {"weight_map": dict(enumerate(names))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(named))
    return folder


def test_it_adds_up_the_files_of_split_weights(split):
    assert check_folder(split).parameters == 15


@pytest.mark.parametrize(("kind", "values"), [("folder", 10), ("split", 15)])
def test_weights_that_lie_there_twice_count_once(request, kind, values):
    folder = request.getfixturevalue(kind)
    weights(folder / "consolidated.safetensors", shapes=((values,),))
    assert check_folder(folder).parameters == values


@pytest.mark.parametrize("index", ["[]", "{}", '{"weight_map": {"a": ["b"]}}'])
def test_an_index_that_names_no_file_is_passed_over(split, index):
    (split / "model.safetensors.index.json").write_text(index)
    assert check_folder(split).parameters == 15


def test_the_hash_of_one_file_is_its_own(folder):
    data = (folder / "model.safetensors").read_bytes()
    assert weights_sha256(folder) == hashlib.sha256(data).hexdigest()


def test_the_hash_of_several_files_tells_their_names_and_bytes(folder):
    before = weights_sha256(folder)
    weights(folder / "model-2.safetensors")
    both = weights_sha256(folder)
    (folder / "model-2.safetensors").rename(folder / "model-3.safetensors")
    assert len({before, both, weights_sha256(folder)}) == 3


def test_the_hash_of_the_settings_tells_every_file_but_the_weights(folder):
    seen = [settings_sha256(folder)]
    weights(folder / "model.safetensors", shapes=((5,),))
    assert settings_sha256(folder) == seen[0]
    for name, text in [
        ("tokenizer.json", '{"vocab": {"auto_map": 2}}'),
        ("chat_template.jinja", "{{ messages }}"),
        ("chat_template.jinja", "{{ messages }}!"),
        ("generation_config.json", "{}"),
    ]:
        (folder / name).write_text(text)
        seen.append(settings_sha256(folder))
    assert len(set(seen)) == 5


@pytest.mark.parametrize(
    "config",
    [
        {"auto_map": {"AutoModelForCausalLM": "modeling_x.X"}},
        {"text_config": {"auto_map": {"AutoModel": "x.X"}}},
        {"layers": [{"auto_map": {"AutoModel": "x.X"}}]},
        {"attn_implementation": "org/repo"},
        {"_attn_implementation_internal": "org/repo:kernel"},
        {"sub": {"_experts_implementation": "org/repo"}},
        {"kernel_config": {"kernel_mapping": "org/repo"}, "use_kernel": "org/repo"},
        {"quantization_config": {"modules": {"x": "org/repo"}}},
        {"custom_generate": "org/repo"},
    ],
)
def test_a_configuration_that_points_to_code_is_refused(folder, config):
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(UnsafeModelError, match="never run"):
        check_folder(folder)


@pytest.mark.parametrize(
    "name", ["tokenizer_config.json", "processor_config.json", "sub/config.json"]
)
def test_code_in_any_other_configuration_is_refused_too(folder, name):
    (folder / "sub").mkdir()
    (folder / name).write_text('{"auto_map": {"AutoTokenizer": ["x.X", null]}}')
    with pytest.raises(UnsafeModelError, match="never run"):
        check_folder(folder)


def test_plain_settings_are_no_code(folder):
    (folder / "config.json").write_text(
        '{"attn_implementation": "sdpa", "auto_map": null,'
        ' "quantization_config": {"quant_method": "fp8"}}'
    )
    assert check_folder(folder).parameters == 10


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (["pytorch_model.bin", "training_args.bin"], "pickled weights"),
        (["model.ckpt"], "pickled weights"),
        (["model-q4.gguf"], "only GGUF"),
        (["notes.txt"], "no weights"),
    ],
)
def test_only_safetensors_are_weights(folder, files, says):
    (folder / "model.safetensors").unlink()
    for name in files:
        (folder / name).write_bytes(b"\x80\x04cos\nsystem\n")
    with pytest.raises(UnsafeModelError, match=says):
        check_folder(folder)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda data: data[:-1], "cut off"),
        (lambda data: data + b"x", "cut off"),
        (lambda data: data[:5], "no whole safetensors"),
        (lambda data: struct.pack("<Q", 1 << 40) + data[8:], "no whole safetensors"),
        (lambda data: data[:8] + b"x" * (len(data) - 8), "header"),
        (lambda data: struct.pack("<Q", 4) + b"[[1]", "header"),
    ],
)
def test_damaged_weights_are_refused(folder, damage, says):
    path = folder / "model.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(UnsafeModelError, match=says):
        check_folder(folder)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "{", '{"a": NaN}', '{"a": 1, "a": 2}', "9" * 9000]
)
def test_json_that_could_end_a_process_is_refused(folder, text):
    (folder / "generation_config.json").write_text(text)
    with pytest.raises(UnsafeModelError, match="generation_config.json cannot be read"):
        check_folder(folder)


def test_an_adapter_and_own_code_are_told_apart(folder):
    (folder / "custom_generate").mkdir()
    with pytest.raises(UnsafeModelError, match="own code"):
        check_folder(folder)
    (folder / "adapter_config.json").write_text("{}")
    with pytest.raises(UnsafeModelError, match="adapter"):
        check_folder(folder)


def test_a_folder_without_a_configuration_is_named(folder):
    (folder / "config.json").unlink()
    with pytest.raises(UnsafeModelError, match=r"no config\.json"):
        check_folder(folder)
