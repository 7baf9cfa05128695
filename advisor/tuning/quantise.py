"""Does a model of fewer bits run faster here, and what does it weigh?

Halves (bf16, fp16) are stored like any model. Dynamic int8 keeps the weights of linear
parts in 8 bits and quantises activations on the way; it lives in memory, for measuring.
Each is timed on this machine beside fp32: on many processors fewer bits are slower.
"""

import copy
import io
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

import torch

from advisor.tuning.data import Encoder

Precision = Literal["fp32", "bf16", "fp16", "int8"]
PRECISIONS: tuple[Precision, ...] = ("fp32", "bf16", "fp16", "int8")
# A difference of less than this share is not called a difference.
NOTICEABLE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Hold one precision's speed on this machine, one request at a time, one thread.

    `ttft_ms` and `tokens_per_second` are medians over the prompts; `weights_bytes` is
    the size of the stored weights.
    """

    precision: Precision
    ttft_ms: float
    tokens_per_second: float
    weights_bytes: int


def in_precision(model: Any, precision: Precision) -> Any:
    """Make a copy of `model` in a precision. Raises ValueError for an unknown one."""
    if precision == "fp32":
        return copy.deepcopy(model).float().eval()
    if precision == "bf16":
        return copy.deepcopy(model).to(torch.bfloat16).eval()
    if precision == "fp16":
        return copy.deepcopy(model).to(torch.float16).eval()
    if precision == "int8":
        return _dynamic_int8(model)
    raise ValueError(f"{precision!r} is no precision. Use one of {PRECISIONS}.")


def _dynamic_int8(model: Any) -> Any:
    with warnings.catch_warnings():
        # The successor (torchao) was four times slower on the CPU than this.
        warnings.simplefilter("ignore")
        return torch.ao.quantization.quantize_dynamic(  # type: ignore[no-untyped-call]
            copy.deepcopy(model).float().eval(), {torch.nn.Linear}, dtype=torch.qint8
        )


@torch.no_grad()
def measure_speed(
    model: Any,
    tokenizer: Any,
    prompts: Sequence[str],
    precision: Precision,
    *,
    new_tokens: int = 16,
    clock: Callable[[], float] = time.perf_counter,
    encoder: Encoder | None = None,
) -> Speed:
    """Time a precision on the prompts, after one warm-up prompt."""
    ready = in_precision(model, precision)
    encoder = encoder or Encoder(tokenizer)
    first: list[float] = []
    rates: list[float] = []
    for index, text in enumerate([prompts[0], *prompts]):
        ids = torch.tensor([encoder.prompt(text)])
        started = clock()
        _answer(ready, ids, 1, encoder.pad)
        reached = clock()
        _answer(ready, ids, new_tokens, encoder.pad)
        whole = clock() - reached
        if index:
            first.append(reached - started)
            rates.append((new_tokens - 1) / max(whole - first[-1], 1e-9))
    return Speed(
        precision=precision,
        ttft_ms=median(first) * 1000,
        tokens_per_second=median(rates),
        weights_bytes=_stored_bytes(ready),
    )


def _answer(model: Any, ids: torch.Tensor, count: int, pad: int) -> None:
    model.generate(
        input_ids=ids,
        attention_mask=torch.ones_like(ids),
        min_new_tokens=count,
        max_new_tokens=count,
        do_sample=False,
        pad_token_id=pad,
    )


def _stored_bytes(model: Any) -> int:
    buffer = io.BytesIO()
    torch.save(model.state_dict(), buffer)
    return buffer.tell()


def verdict(plain: Speed, other: Speed) -> str:
    """Say in one sentence whether `other` is faster here than `plain`."""
    gain = plain.ttft_ms / other.ttft_ms - 1
    smaller = 1 - other.weights_bytes / plain.weights_bytes
    size = f"weights {smaller:.0%} smaller than {plain.precision}"
    if gain > NOTICEABLE:
        return f"{other.precision}: first token {gain:.0%} faster here, {size}."
    found = "no noticeable difference"
    if gain < -NOTICEABLE:
        found = f"first token {other.ttft_ms / plain.ttft_ms - 1:.0%} slower"
    return f"{other.precision}: not faster here ({found}), {size}."
