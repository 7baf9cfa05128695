"""A hub that answers as huggingface.co does, with its documents in its own shape."""

import json
from typing import Any

from tests.engines.stub_server import Request, reply

SHA = "c1899de289a04d12100db370d81485cdf75e47ca"


def card_of(hub_id: str, **changes: Any) -> dict[str, Any]:
    """The document of ``/api/models/ID``, cut to a part of its keys."""
    found = {
        "_id": "680da0e27a2a39e0b3eb9b2e",
        "id": hub_id,
        "modelId": hub_id,
        "author": hub_id.partition("/")[0],
        "sha": SHA,
        "lastModified": "2026-07-26T03:46:27.000Z",
        "private": False,
        "gated": False,
        "disabled": False,
        "downloads": 7_110_222,
        "tags": ["transformers", "safetensors", "license:apache-2.0"],
        "pipeline_tag": "text-generation",
        "library_name": "transformers",
        "cardData": {
            "license": "apache-2.0",
            "language": ["en", "de"],
            "pipeline_tag": "text-generation",
        },
        "config": {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3"},
        "safetensors": {"parameters": {"BF16": 4_022_468_096}, "total": 4_022_468_096},
        "siblings": [{"rfilename": "config.json"}],
        "spaces": [],
    }
    return {**found, **changes}


def config_of(**changes: Any) -> dict[str, Any]:
    """The ``config.json`` of a model of the Qwen3 family."""
    found = {
        "architectures": ["Qwen3ForCausalLM"],
        "attention_bias": False,
        "bos_token_id": 151_643,
        "head_dim": 128,
        "hidden_act": "silu",
        "hidden_size": 2560,
        "intermediate_size": 9728,
        "max_position_embeddings": 40_960,
        "max_window_layers": 36,
        "model_type": "qwen3",
        "num_attention_heads": 32,
        "num_hidden_layers": 36,
        "num_key_value_heads": 8,
        "rope_scaling": None,
        "sliding_window": None,
        "tie_word_embeddings": True,
        "torch_dtype": "bfloat16",
        "use_cache": True,
        "use_sliding_window": False,
        "vocab_size": 151_936,
    }
    return {**found, **changes}


class Hub:
    """Holds documents by path; what it does not hold is answered as the hub does."""

    def __init__(self, documents: dict[str, Any]) -> None:
        self.documents = documents

    def __call__(self, request: Request) -> list[bytes]:
        path = request.line.split()[1]
        found = self.documents.get(path)
        if isinstance(found, bytes):
            return [found]
        if found is None:
            refused = {"error": "Repository not found"}
            return [reply(refused, "401 Unauthorized")]
        return [reply(json.dumps(found).encode())]


def documents(hub_id: str, **changes: Any) -> dict[str, Any]:
    """Both documents of one model."""
    card = card_of(hub_id, **changes)
    return {
        f"/api/models/{hub_id}": card,
        f"/{hub_id}/raw/{card['sha']}/config.json": config_of(),
    }
