"""Is this folder safe to load, and how large is what it holds?

Read before any model code runs. `trust_remote_code=False` is not the whole guard:
fields of configuration files have run code before (CVE-2026-4372), pickles run code by
design, and huge or deeply nested JSON ends a process.
"""

import hashlib
import json
import math
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from advisor.engines.text import StrictJsonError, read_json

MiB = 1024 * 1024
_JSON_LIMIT = 64 * MiB
_HEADER_LIMIT = 100 * MiB
_MOST_FILES = 1000
_WHOLE = "model.safetensors"
_PICKLES = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".npy", ".npz"}
_CODE_KEYS = {"auto_map", "custom_generate", "custom_pipelines"}
# Configurations, vocabularies, chat templates: each may change what is answered.
_SETTINGS = {".json", ".jinja", ".model", ".tiktoken", ".txt"}
# Vocabularies: their keys are words, and they are parsed by the tokenizers library.
_WORD_LISTS = {"tokenizer.json", "vocab.json", "added_tokens.json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What the headers of the weight files say: values, and bytes on disk."""

    parameters: int
    bytes: int


class UnsafeModelError(Exception):
    """A folder that must not be loaded; the message says why and what to do."""


def check_folder(folder: Path) -> Weights:
    """Check every file that loading would read; return the size of the weights.

    Raises:
        UnsafeModelError: Something in the folder could run code, is no safetensors
            file, or is too large to read.
    """
    weights = weight_files(folder)
    if not (folder / "config.json").is_file():
        raise UnsafeModelError(f'There is no config.json in "{folder.name}".')
    if (folder / "adapter_config.json").exists():
        raise UnsafeModelError(
            "The folder holds an adapter, not a whole model. Merge it into its base"
            " model and save that as safetensors."
        )
    if (folder / "custom_generate").exists():
        raise UnsafeModelError(
            'The folder brings its own code ("custom_generate"), which is never run.'
        )
    for path in _json_files(folder):
        for key, value in _entries(_read(path)):
            _check_entry(path.name, key, value)
    headers = {path.name: _header(path) for path in weights}
    sizes = [headers[name] for name in _loaded(folder, headers)]
    return Weights(
        parameters=sum(size.parameters for size in sizes),
        bytes=sum(size.bytes for size in sizes),
    )


def weight_files(folder: Path) -> list[Path]:
    """Return the safetensors files of a folder, in the order of their names.

    Raises:
        UnsafeModelError: There are none.
    """
    found = sorted(folder.glob("*.safetensors"))
    if found:
        return found
    names = [path for path in folder.iterdir() if path.is_file()]
    if any(path.suffix == ".gguf" for path in names):
        raise UnsafeModelError(
            "The folder holds only GGUF weights. Serve them with an OpenAI-compatible"
            " server, or use the safetensors form of the model."
        )
    held = any(path.suffix in _PICKLES for path in names)
    told = "only pickled weights, which can run code" if held else "no weights"
    raise UnsafeModelError(
        f'"{folder.name}" holds {told}. Only safetensors weights are loaded.'
    )


def _loaded(folder: Path, found: Collection[str]) -> Collection[str]:
    """Return the names of the weight files that transformers reads of those `found`.

    Some folders hold the same weights twice: for transformers, and for the tools of
    their makers, as `consolidated.safetensors`.
    """
    if _WHOLE in found:
        return [_WHOLE]
    index = folder / f"{_WHOLE}.index.json"
    listed = _read(index) if index.is_file() else None
    parts = listed.get("weight_map") if isinstance(listed, dict) else None
    named = parts.values() if isinstance(parts, dict) else ()
    texts = {name for name in named if isinstance(name, str)}
    return [name for name in found if name in texts] or found


def weights_sha256(folder: Path) -> str:
    """Hash the weights: of one file its sha256, of several that of their list."""
    sums = []
    for path in weight_files(folder):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        sums.append((path.name, digest))
    if len(sums) == 1:
        return sums[0][1]
    listed = "".join(f"{digest}  {name}\n" for name, digest in sums)
    return hashlib.sha256(listed.encode()).hexdigest()


def settings_sha256(folder: Path) -> str:
    """Hash what stands beside the weights and changes answers: words and settings."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in _SETTINGS and path.is_file():
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found.update(f"{digest}  {path.relative_to(folder)}\n".encode())
    return found.hexdigest()


def _json_files(folder: Path) -> Iterator[Path]:
    for seen, path in enumerate(sorted(folder.rglob("*"))):
        if seen > _MOST_FILES:
            raise UnsafeModelError(f"The folder holds more than {_MOST_FILES} files.")
        if path.suffix in (".json", ".jinja") and path.is_file():
            size = path.stat().st_size
            if size > _JSON_LIMIT:
                raise UnsafeModelError(
                    f"{path.name} has {size / MiB:.0f} MiB; 64 MiB is the limit."
                )
            if path.suffix == ".json" and path.name not in _WORD_LISTS:
                yield path


def _read(path: Path) -> object:
    try:
        return read_json(path.read_bytes())
    except StrictJsonError as error:
        raise UnsafeModelError(f"{path.name} cannot be read: {error}.") from None


def _entries(document: object) -> Iterator[tuple[str, object]]:
    """Yield every key with its value, whatever the depth."""
    waiting = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            for key, value in node.items():
                yield key, value
                waiting.append(value)
        elif isinstance(node, list):
            waiting.extend(node)


def _check_entry(name: str, key: str, value: object) -> None:
    if key in _CODE_KEYS and value is not None:
        raise UnsafeModelError(
            f'{name} points to code of the model\'s author ("{key}"), which is never'
            " run. Use a model whose architecture transformers knows by itself."
        )
    loads = "_implementation" in key or "kernel" in key.lower()
    texts = value if isinstance(value, list) else [value]
    if key == "quantization_config" and isinstance(value, dict):
        loads, texts = True, [text for _, text in _entries(value)]
    for text in texts:
        if loads and isinstance(text, str) and ("/" in text or "::" in text):
            raise UnsafeModelError(
                f'{name} names code to be fetched ("{key}": "{text[:60]}"), which is'
                " never run."
            )


def _header(path: Path) -> Weights:
    """Read the header of a safetensors file (huggingface.co/docs/safetensors)."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 0 < length <= min(_HEADER_LIMIT, size - 8):
            raise UnsafeModelError(f"{path.name} is no whole safetensors file.")
        text = file.read(length)
    try:
        header = json.loads(text)
        header.pop("__metadata__", None)
        shapes = [entry["shape"] for entry in header.values()]
        ends = [entry["data_offsets"][1] for entry in header.values()]
        parameters = sum(math.prod(shape) for shape in shapes)
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError):
        raise UnsafeModelError(f"The header of {path.name} is broken.") from None
    if max(ends, default=0) != size - 8 - length:
        raise UnsafeModelError(f"{path.name} is cut off or has been added to.")
    return Weights(parameters=parameters, bytes=size - 8 - length)
