"""How much memory does a model need at a context, precision and concurrency?

peak = base + weights + max(loading, cache + max(activations, logits)), with weights,
cache and logits from the model's shape, and constants fitted to measurements: the
engine's base, the bytes of a word of its tokenizer and factors on the activations.
Sources: A. Vaswani et al. (arXiv 1706.03762) for the shapes, J. Ainslie et al. (arXiv
2305.13245) for grouped keys and values. Parts are computed in bytes; GB are 10^9.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.sizing.architecture import Architecture
from advisor.sizing.errors import SizingError
from advisor.sizing.kv_cache import largest_layer_bytes, sequence_bytes
from advisor.sizing.measurement import Figure
from advisor.sizing.overhead import TRANSFORMERS_CPU, Overhead
from advisor.sizing.weights import bytes_per_parameter, weight_bytes

GB = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The sequences in memory at once.

    ``logits_kept`` is the number of positions a sequence whose logits are computed:
    1 when writing, all of them when a text is scored. ``chunk`` is the largest
    number of prompt tokens the engine reads at once, None for whole prompts.
    """

    prompt_tokens: int
    output_tokens: int
    sequences: int = 1
    logits_kept: int = 1
    chunk: int | None = None

    def __post_init__(self) -> None:
        counts = (self.prompt_tokens, self.sequences, self.logits_kept)
        if min(counts) < 1 or self.output_tokens < 0:
            raise SizingError(
                "Memory is needed for at least one sequence of one token, got "
                f"{self.sequences} of {self.prompt_tokens} + {self.output_tokens}."
            )

    @property
    def tokens(self) -> int:
        """Return the tokens of one sequence at its end."""
        return self.prompt_tokens + self.output_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The predicted peak and its parts, each in GB with its interval."""

    peak: Figure
    parts: Mapping[str, Figure]


def predict(
    shape: Architecture,
    precision: str,
    work: Work,
    *,
    engine: Overhead = TRANSFORMERS_CPU,
    stored: str | None = None,
    weights: Figure | None = None,
) -> Memory:
    """Return the predicted peak memory of ``shape`` doing ``work``.

    ``stored`` is the precision of the files where it differs: converting holds both.
    ``weights`` in bytes, from the safetensors headers, replaces parameters x size.
    """
    value = 4.0 if precision == "fp32" else 2.0
    held = _held(shape, precision, weights, engine)
    kept, grown = _cache_bytes(shape, work, value, engine)
    logits = work.sequences * work.logits_kept * shape.vocabulary * (value + 4.0)
    parts = {
        "weights": _gb(held, "bytes of tensors"),
        "cache": _gb(Figure(kept), "keys and values by layer type"),
        "activations": _gb(_activations(shape, work, value, engine), engine.how),
        "logits": _gb(Figure(logits + grown), "positions x vocabulary, also in fp32"),
        "base": _gb(engine.base_of(shape.vocabulary), engine.how),
    }
    if stored is not None and stored != precision:
        read = _weights(shape, stored)
        parts["loading"] = _gb(read, f"the {stored} files while they are converted")
    return Memory(peak=_peak(parts, engine), parts=parts)


def activation_bytes(shape: Architecture, work: Work, value: float) -> float:
    """Return the bytes alive inside the widest layer while it reads one prompt.

    Beside four rows of the residual: three rows of a gated feed-forward width (two of
    a plain one), or the rows of attention before and after rotation; scores that are
    written out take 16 bytes each, a padded batch its mask.
    """
    tokens = min(work.prompt_tokens, work.chunk or work.prompt_tokens)
    rows = tokens * _row_bytes(shape, value)
    pairs = tokens * work.prompt_tokens
    scored = tokens * shape.mixing * value + 16.0 * shape.scoring_heads * pairs
    mask = pairs * (1 + value) if work.sequences > 1 else 0.0
    return max(rows, scored if shape.scoring_heads else 0.0) + mask


def _activations(
    shape: Architecture, work: Work, value: float, engine: Overhead
) -> Figure:
    """Return the bytes alive inside the widest layer while all prompts are read.

    A packed pass needs no mask and holds many prompts up to its limit, or one that is
    longer.
    """
    if engine.packs_tokens is None or not shape.plain:
        active = work.sequences * activation_bytes(shape, work, value)
        return engine.activations_of(active)
    together = min(work.sequences * work.prompt_tokens, engine.packs_tokens)
    tokens = max(together, work.prompt_tokens)
    active = tokens * _row_bytes(shape, value)
    return engine.activations_of(active, packed=True)


def _row_bytes(shape: Architecture, value: float) -> float:
    """Return the bytes of one token inside a layer."""
    inside = max((3 if shape.gated else 2) * shape.feed_forward, 2 * shape.mixing)
    return (4 * shape.hidden + inside) * value


def _cache_bytes(
    shape: Architecture, work: Work, value: float, engine: Overhead
) -> tuple[float, float]:
    """Return the bytes of the cache and of growing it."""

    def cache(tokens: int, whole: bool = False) -> float:
        return work.sequences * sequence_bytes(
            shape,
            tokens,
            value,
            block=engine.block,
            latent=engine.latent,
            whole=whole,
        )

    kept = max(cache(work.tokens), cache(work.prompt_tokens, engine.reads_whole))
    grown = work.sequences * largest_layer_bytes(shape, work.tokens, value) / 2
    return kept, grown


def _held(
    shape: Architecture, precision: str, weights: Figure | None, engine: Overhead
) -> Figure:
    """Return the bytes of the weights, of experts twice where they are packed anew."""
    held = weights or _weights(shape, precision)
    packed = 0.0
    if engine.packs_experts:
        packed = shape.expert_parameters * bytes_per_parameter(precision)
    value, low, high = (_end(held, end) + packed for end in ("value", "low", "high"))
    return Figure(value, low, high)


def _weights(shape: Architecture, precision: str) -> Figure:
    if shape.parameters is None:
        raise SizingError(
            "The number of parameters is not known, nor are the safetensors headers. "
            "Give one of them."
        )
    return weight_bytes(shape.parameters, precision)


def _peak(parts: Mapping[str, Figure], engine: Overhead) -> Figure:
    """Return the peak: of loading, or of reading and writing.

    What is freed in between is not given back, so that a cache and the activations
    that made it count together.
    """

    def at(end: str) -> float:
        part = {name: _end(figure, end) for name, figure in parts.items()}
        working = part["cache"] + max(part["activations"], part["logits"])
        return part["base"] + part["weights"] + max(working, part.get("loading", 0.0))

    return Figure(
        at("value"),
        at("low"),
        at("high"),
        origin="estimated",
        note=f"base + weights + cache + max(activations, logits); {engine.how}",
    )


def _end(figure: Figure, end: str) -> float:
    number = getattr(figure, end)
    return float(figure.value or 0.0) if number is None else float(number)


def _gb(figure: Figure, note: str) -> Figure:
    return Figure(
        _end(figure, "value") / GB,
        _end(figure, "low") / GB,
        _end(figure, "high") / GB,
        origin="estimated",
        note=note,
    )
