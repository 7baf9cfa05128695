"""Which precision is the faster one here, when it is left open?

Half precision (bfloat16) only where the processor has instructions for it, and only
where it is measured faster for this very model: below some size the work around the
arithmetic costs more than the arithmetic.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

AUTO = "auto"
_CPU_INFO = Path("/proc/cpuinfo")
_INSTRUCTIONS = {"avx512_bf16", "amx_bf16"}
# A gain that a noisy minute could feign is no reason to round every number.
_GAIN = 1.15
_TOKENS, _TIMES = 256, 5


def has_half(device: torch.device, cpu_info: Path = _CPU_INFO) -> bool:
    """Say whether the device computes in bfloat16 by instructions of its own."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    try:
        lines = cpu_info.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line for line in lines if line.startswith("flags")), "")
    return not _INSTRUCTIONS.isdisjoint(flags.split())


def faster_precision(
    network: Any, *, seconds: Callable[[Any], float] | None = None
) -> str:
    """Return "bf16" when the model is clearly faster in it than in fp32, else "fp32".

    The network is left in bfloat16: read it again for the other answer.
    """
    measured = seconds or best_seconds
    single = measured(network)
    half = measured(network.to(torch.bfloat16))
    return "bf16" if half * _GAIN <= single else "fp32"


@torch.inference_mode()
def best_seconds(network: Any) -> float:
    """Return the shortest time of a pass over a few hundred tokens.

    The processor's time, not the wall's, and the shortest: others use it too. A GPU
    has a clock of its own, so there the wall's is taken when it is done.
    """
    config = network.config.get_text_config()
    context = getattr(config, "max_position_embeddings", None) or _TOKENS
    device = next(network.parameters()).device
    ids = torch.arange(min(_TOKENS, context), device=device)[None] % config.vocab_size
    found = []
    on_gpu = device.type == "cuda"
    clock = time.perf_counter if on_gpu else time.process_time
    for _ in range(_TIMES):
        started = clock()
        network(input_ids=ids, use_cache=False, logits_to_keep=1)
        if on_gpu:
            torch.cuda.synchronize(device)
        found.append(clock() - started)
    return min(found)
