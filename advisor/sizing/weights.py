"""How many bytes do a model's weights take, on disk and at another precision?"""

from collections.abc import Mapping
from math import prod

from advisor.sizing.errors import SizingError
from advisor.sizing.measurement import Figure

# Bytes a parameter, scales and zero points of grouped formats included.
BYTES_PER_PARAMETER: Mapping[str, float] = {
    "fp32": 4.0,
    "fp16": 2.0,
    "bf16": 2.0,
    "fp8": 1.0,
    "int8": 1.0625,  # 8 bits and an fp16 scale for 32 weights: 8.5 bits
    "int4": 0.52,  # 4 bits, fp16 scale and 4-bit zero for 128 weights: 4.16 bits
    "q4_0": 0.5625,  # 4.5 bits, the block layout of GGUF
    "q4_k_m": 0.606,  # about 4.85 bits, a mixture that depends on the model
    "q5_k_m": 0.7125,  # about 5.7 bits, a mixture
    "q6_k": 0.8203125,  # 6.5625 bits
    "q8_0": 1.0625,  # 8.5 bits
}
MIXTURES = {"q4_k_m", "q5_k_m"}
# Formats that leave embeddings at 16 bits, so that small models shrink less.
QUANTISED = {"int4", "q4_0", "q4_k_m", "q5_k_m", "q6_k"}


def bytes_per_parameter(precision: str) -> float:
    """Return the bytes that one weight takes at ``precision``."""
    if precision not in BYTES_PER_PARAMETER:
        raise SizingError(
            f"The precision {precision!r} is not known. "
            f"Use one of {', '.join(BYTES_PER_PARAMETER)}."
        )
    return BYTES_PER_PARAMETER[precision]


def parameters_in(header: Mapping[str, Mapping[str, object]]) -> int:
    """Return the parameters that a safetensors header lists.

    A tensor that two layers share stands once in the file and counts once.
    """
    return sum(prod(_list(entry, "shape")) for _, entry in _tensors(header))


def bytes_in(header: Mapping[str, Mapping[str, object]]) -> int:
    """Return the bytes of all tensors of a safetensors header, at its own precision."""
    offsets = (_list(entry, "data_offsets") for _, entry in _tensors(header))
    return sum(end - start for start, end in offsets)


def weight_bytes(
    parameters: int, precision: str, *, embedding_parameters: int = 0
) -> Figure:
    """Return the bytes of ``parameters`` weights at ``precision``.

    Quantised formats keep ``embedding_parameters`` at 16 bits. Exact for plain
    formats; mixtures differ by model, hence their ends of 5 %.
    """
    if not 0 <= embedding_parameters <= parameters or parameters < 1:
        raise SizingError(
            "A model has at least one parameter, embeddings among them, got "
            f"{parameters} and {embedding_parameters}. Read them from the model card."
        )
    each = bytes_per_parameter(precision)
    kept = embedding_parameters if precision in QUANTISED else 0
    value = (parameters - kept) * each + kept * 2.0
    spread = 0.05 if precision in MIXTURES else 0.0
    return Figure(
        value,
        value * (1 - spread),
        value * (1 + spread),
        origin="estimated",
        note=f"parameters x {each:g} bytes ({precision})",
    )


def _tensors(
    header: Mapping[str, Mapping[str, object]],
) -> list[tuple[str, Mapping[str, object]]]:
    return [(name, entry) for name, entry in header.items() if name != "__metadata__"]


def _list(entry: Mapping[str, object], name: str) -> list[int]:
    value = entry.get(name)
    if not isinstance(value, (list, tuple)):
        raise SizingError(
            f"A tensor of the safetensors header has no {name}, it has "
            f"{', '.join(sorted(entry))}. Read the header of a .safetensors file."
        )
    return [int(number) for number in value]
