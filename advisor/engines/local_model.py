"""What is in this model folder, loaded and ready to write?

Runs in the host process only. Loads safetensors with code of transformers alone, turns
prompts into tokens as the model was taught, and tells the figures of loading.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

from advisor.engines.base import EngineFacts, Failure
from advisor.engines.device_memory import (
    best_device,
    does_not_fit,
    forget_peak_of,
    free_bytes,
    held_bytes,
    is_out_of_memory,
    limit_memory_of,
    peak_bytes,
)
from advisor.engines.model_files import (
    UnsafeModelError,
    Weights,
    check_folder,
    settings_sha256,
    weights_sha256,
)
from advisor.engines.precision_choice import AUTO, faster_precision, has_half
from advisor.engines.process_memory import available_bytes

_OLDEST = (5, 3)
_LIBRARIES = ("torch", "transformers", "tokenizers", "safetensors")
_TYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class LoadError(Exception):
    """A model that cannot be used; `failure` says why."""

    def __init__(self, code: str, message: str, *, kind: str = "configuration") -> None:
        super().__init__(message)
        self.failure = Failure(code=code, kind=kind, message=message)  # type: ignore[arg-type]


@dataclass(slots=True, kw_only=True)
class LocalModel:
    """A loaded model with its tokenizer. `context` is in tokens, None if unlimited."""

    name: str
    revision: str | None
    precision: str
    network: Any
    tokenizer: Any
    context: int | None
    eos: frozenset[int]
    weights: Weights
    sha256: str
    settings_sha256: str
    load_ms: float
    base_memory_bytes: int | None
    memory_limited: bool

    def facts(self, isolation: Mapping[str, bool], *, decoder: str) -> EngineFacts:
        """Return what is known now, the exact peak of memory included.

        Memory is that of the device where the model lies; a GPU is named in `versions`.
        """
        device = next(self.network.parameters()).device
        return EngineFacts(
            engine="transformers",
            model=self.name,
            revision=self.revision,
            precision=self.precision,
            parameters=sum(p.numel() for p in self.network.parameters()),
            weights_sha256=self.sha256,
            settings_sha256=self.settings_sha256,
            load_ms=self.load_ms,
            peak_memory_bytes=peak_bytes(device),
            base_memory_bytes=self.base_memory_bytes,
            versions={**_versions(), "decoder": decoder, **_gpu(device)},
            isolation={**isolation, "memory_limit": self.memory_limited},
            host=None,
        )


def load(
    folder: Path,
    *,
    name: str,
    revision: str | None,
    precision: str,
    memory_limit_bytes: int | None,
) -> LocalModel:
    """Check, then load; the clock covers reading the files, not imports.

    With precision "auto" the faster one is measured; a GPU is used if there is one.

    Raises:
        LoadError: The folder is unsafe, of an unknown kind, or does not fit.
    """
    weights, kind = _checked(folder, precision)
    config = _config(folder)
    device = best_device()
    base = held_bytes(device) if forget_peak_of(device) else None
    _check_fit(weights, kind, memory_limit_bytes, base, device)
    limited = limit_memory_of(device, memory_limit_bytes)
    precision = _settled(folder, precision, device)
    started = time.perf_counter()
    tokenizer, network = _read(folder, _TYPES[precision], device)
    load_ms = (time.perf_counter() - started) * 1000
    return LocalModel(
        name=name,
        revision=revision,
        precision=precision,
        network=network,
        tokenizer=tokenizer,
        context=getattr(config.get_text_config(), "max_position_embeddings", None),
        eos=_ends(network, tokenizer),
        weights=weights,
        sha256=weights_sha256(folder),
        settings_sha256=settings_sha256(folder),
        load_ms=load_ms,
        base_memory_bytes=base,
        memory_limited=limited,
    )


def _check_release() -> None:
    release = tuple(int(part) for part in transformers.__version__.split(".")[:2])
    if release < _OLDEST:
        told = (
            f"transformers {transformers.__version__} is unsafe; install 5.3 or later."
        )
        raise LoadError("release", told)


def _checked(folder: Path, precision: str) -> tuple[Weights, torch.dtype]:
    _check_release()
    if precision not in (*_TYPES, AUTO):
        told = f'Precision "{precision}" is not one of {", ".join([*_TYPES, AUTO])}.'
        raise LoadError("precision", told)
    try:
        return check_folder(folder), _TYPES.get(precision, torch.float32)
    except UnsafeModelError as unsafe:
        raise LoadError("unsafe_model", str(unsafe)) from None


def _config(folder: Path) -> Any:
    try:
        config = AutoConfig.from_pretrained(
            folder, trust_remote_code=False, local_files_only=True
        )
        # Imports the architecture's code now, which is no part of loading a model.
        known = type(config) in transformers.MODEL_FOR_CAUSAL_LM_MAPPING
        if known:
            _ = transformers.MODEL_FOR_CAUSAL_LM_MAPPING[type(config)]
    except Exception as error:
        if is_out_of_memory(error):
            raise
        told = f"The model's configuration cannot be read: {_short(error)}"
        raise LoadError("load_failed", told) from error
    if not known:
        told = f'"{config.model_type}" is no model that writes text after a prompt.'
        raise LoadError("load_failed", told)
    return config


def _check_fit(
    weights: Weights,
    kind: torch.dtype,
    limit: int | None,
    base: int | None,
    device: torch.device,
) -> None:
    needed = weights.parameters * kind.itemsize + (base or 0)
    rooms = [limit if limit is not None else free_bytes(device, None)]
    if device.type == "cuda":
        # A limit above what the card has left; and weights pass through the machine's.
        rooms += [free_bytes(device, None), available_bytes()]
    if any(room is not None and needed > room for room in rooms):
        error = LoadError("out_of_memory", "")
        error.failure = does_not_fit(limit, needed)
        raise error


def _settled(folder: Path, precision: str, device: torch.device) -> str:
    if precision != AUTO:
        return precision
    if not has_half(device):
        return "fp32"
    found = faster_precision(_read(folder, torch.float32, device)[1])
    # The trial was larger than the model may be; its memory is not the model's.
    forget_peak_of(device)
    return found


def _read(folder: Path, kind: torch.dtype, device: torch.device) -> tuple[Any, Any]:
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            folder, trust_remote_code=False, local_files_only=True, padding_side="left"
        )
        network: Any = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=kind,
            trust_remote_code=False,
            local_files_only=True,
            use_safetensors=True,
        )
    except Exception as error:
        if is_out_of_memory(error):
            raise
        told = f"The model cannot be loaded: {_short(error)}"
        raise LoadError("load_failed", told) from error
    return tokenizer, network.eval().to(device)


@cache
def _versions() -> Mapping[str, str]:
    return {name: version(name) for name in _LIBRARIES}


def _gpu(device: torch.device) -> dict[str, str]:
    if device.type != "cuda":
        return {}
    return {"gpu": str(torch.cuda.get_device_name(device))}


def _ends(network: Any, tokenizer: Any) -> frozenset[int]:
    told = network.generation_config.eos_token_id
    ids = told if isinstance(told, list) else [told]
    return frozenset(i for i in (*ids, tokenizer.eos_token_id) if i is not None)


def _short(error: Exception) -> str:
    lines = [text for text in str(error).splitlines() if text.strip()]
    return (lines or [type(error).__name__])[0][:300]
