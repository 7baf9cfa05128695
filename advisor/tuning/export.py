"""How is a trained model stored so that plain transformers loads it?"""

import copy
import json
from pathlib import Path
from typing import Any

import torch
from transformers import GenerationConfig

READABLE = 0o644


def export(
    model: Any,
    tokenizer: Any,
    folder: Path,
    *,
    dtype: torch.dtype = torch.bfloat16,
    card: dict[str, Any] | None = None,
) -> None:
    """Write weights, tokenizer, template, generation settings and `card.json`.

    Greedy by default and ending at the end-of-turn token. Files are readable by all:
    safetensors would write the weights for their owner alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stored = copy.deepcopy(model).to(dtype)
    stored.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=_ends(model, tokenizer),
        pad_token_id=tokenizer.pad_token_id,
        do_sample=False,
    )
    stored.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    if card is not None:
        text = json.dumps(card, indent=2, ensure_ascii=False)
        (folder / "card.json").write_text(f"{text}\n", encoding="utf-8")
    for path in folder.iterdir():
        path.chmod(READABLE)


def _ends(model: Any, tokenizer: Any) -> int | list[int]:
    """Return the tokens that end an answer: the tokenizer's, and others of the model.

    Chat models may name several, or another than the tokenizer does; losing one would
    let an answer run on.
    """
    told = getattr(model.generation_config, "eos_token_id", None)
    named = told if isinstance(told, list) else [] if told is None else [told]
    end: int = tokenizer.eos_token_id
    ends = list(named) if end in named else [*named, end]
    return ends if len(ends) > 1 else end
