"""How much memory is there where a model lies, and how much did it take at most?

On a GPU the driver and torch's allocator tell, elsewhere Linux's /proc. The figures of
a GPU are those of torch in this process: the driver's own share (some hundred MB), the
same for every model, is not in them. All in bytes.
"""

import gc

import torch

from advisor.engines.base import Failure
from advisor.engines.isolation import limit_memory
from advisor.engines.process_memory import available_bytes, forget_peak, status_bytes

GB = 1e9


def best_device() -> torch.device:
    """Return the GPU where there is one, else the processor."""
    if not torch.cuda.is_available():
        return torch.device("cpu")
    # With its number, which some of torch's calls ask for.
    return torch.device("cuda", torch.cuda.current_device())


def free_bytes(device: torch.device, limit: int | None) -> int | None:
    """Return what is left for tensors, below the limit if there is one."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        held = torch.cuda.memory_allocated(device)
        # What torch holds back from freed tensors is at hand too.
        own = free + torch.cuda.memory_reserved(device) - held
        return int(own if limit is None else max(0, min(own, limit - held)))
    room = available_bytes()
    if limit is None:
        return room
    left = max(0, limit - (status_bytes("VmData") or 0))
    return left if room is None else min(room, left)


def held_bytes(device: torch.device) -> int | None:
    """Return what is held now, before any weights the share that is not theirs."""
    if device.type == "cuda":
        return int(torch.cuda.memory_reserved(device))
    return status_bytes("VmRSS")


def peak_bytes(device: torch.device) -> int | None:
    """Return the most that was held since the peak was last forgotten.

    On a GPU with the space between tensors, which nobody else can use.
    """
    if device.type == "cuda":
        return int(torch.cuda.max_memory_reserved(device))
    return status_bytes("VmHWM")


def forget_peak_of(device: torch.device) -> bool:
    """Let the peak start again from what is held now."""
    if device.type == "cuda":
        release(device)
        torch.cuda.reset_peak_memory_stats(device)
        return True
    return forget_peak()


def limit_memory_of(device: torch.device, limit_bytes: int | None) -> bool:
    """Limit the memory of the process where the model lies; say whether that holds.

    On a GPU torch's allocator refuses what is beyond it. The process's own memory is
    left unlimited then: the driver reserves far more of it than is ever used.
    """
    if device.type != "cuda":
        return limit_memory(limit_bytes)
    if limit_bytes is None:
        return False
    _, total = torch.cuda.mem_get_info(device)
    torch.cuda.set_per_process_memory_fraction(min(1.0, limit_bytes / total), device)
    return True


def does_not_fit(limit: int | None, needed: int | None) -> Failure:
    """Return the failure of a model that is too large, with its figures."""
    there = "GPU's memory" if best_device().type == "cuda" else "machine's memory"
    where = f"{limit / GB:.3g} GB" if limit else f"this {there}"
    needs = f": needs {needed / GB:.3g} GB or more" if needed else ""
    return Failure(
        code="out_of_memory",
        kind="model",
        message=f"The model does not fit in {where}{needs}.",
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Say whether an exception of torch or Python means that memory ran out."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    told = str(error).lower()
    return isinstance(error, RuntimeError | OSError) and (
        "allocate memory" in told
        or "out of memory" in told
        or "bad_alloc" in told
        or "cublas_status_alloc_failed" in told
    )


def release(device: torch.device) -> None:
    """Give back what nothing refers to any more."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
