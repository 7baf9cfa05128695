"""Which models and sample packs ship with the product, and where do they lie?

Standard library only, so that the web process may ask. Weights are safetensors in
`models/NAME/`, next to their `card.json`; a pack is `samples/NAME.jsonl` next to its
description `samples/NAME.json`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

MODELS = Path(__file__).parent / "models"
SAMPLES = Path(__file__).parent / "samples"
PREFIX = "builtin/"

# Largest first: the order in which pages list the family.
_MODEL_NAMES = (
    "tickets-large",
    "tasks-large",
    "tasks-pruned",
    "tickets-medium",
    "tasks-student",
    "tasks-mini",
    "tickets-pruned",
    "tasks-small",
    "tickets-small",
)
_PACK_NAMES = ("tickets", "sentiment", "normalise", "redact", "extract", "reading")


class UnknownBuiltinError(LookupError):
    """Raised for a name that does not ship; the message lists the names that do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePack:
    """Hold one pack: how to ask, how to score, where it came from, its samples.

    `constraints` and `max_output_tokens` are suggestions in the words of a setup.
    `path` is the JSONL file of `samples`, each with id, input, expected, tags and,
    where several belong together, group.
    """

    name: str
    title: str
    description: str
    path: Path
    prompt: str
    scorer: str
    max_output_tokens: int
    reference: str
    candidates: tuple[str, ...]
    constraints: Mapping[str, Any]
    origin: str
    licence: str
    language: str
    samples: tuple[Mapping[str, Any], ...]


def model_names() -> tuple[str, ...]:
    """Name the models that ship, the reference first, then by falling size."""
    return _MODEL_NAMES


def pack_names() -> tuple[str, ...]:
    """Name the sample packs that ship."""
    return _PACK_NAMES


def model_path(name: str) -> Path:
    """Find the folder of a model, ready for `from_pretrained`.

    `name` may carry the prefix `builtin/`. Raises UnknownBuiltinError.
    """
    return MODELS / _known(name.removeprefix(PREFIX), _MODEL_NAMES, "model")


def model_card(name: str) -> dict[str, Any]:
    """Read what is known of a model: size, licence, context, training, limits.

    Raises UnknownBuiltinError for a name that does not ship.
    """
    card: dict[str, Any] = json.loads(_text(model_path(name) / "card.json"))
    return card


@cache
def pack_titles() -> Mapping[str, str]:
    """Read the title of every sample pack, by its name."""
    return MappingProxyType(
        {
            name: str(json.loads(_text(SAMPLES / f"{name}.json"))["title"])
            for name in _PACK_NAMES
        }
    )


def sample_pack(name: str) -> SamplePack:
    """Read a pack with its samples, in the order of its file.

    Raises UnknownBuiltinError for a name that does not ship.
    """
    stem = _known(name.removeprefix(PREFIX), _PACK_NAMES, "sample pack")
    about = json.loads(_text(SAMPLES / f"{stem}.json"))
    path = SAMPLES / f"{stem}.jsonl"
    lines = (json.loads(line) for line in _text(path).splitlines() if line.strip())
    return SamplePack(
        name=stem,
        path=path,
        samples=tuple(MappingProxyType(line) for line in lines),
        candidates=tuple(about.pop("candidates")),
        constraints=MappingProxyType(about.pop("constraints")),
        **about,
    )


def _known(name: str, names: tuple[str, ...], kind: str) -> str:
    if name not in names:
        raise UnknownBuiltinError(
            f"There is no built-in {kind} {name!r}. Use one of: {', '.join(names)}."
        )
    return name


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
