"""What does an engine need beside the model: its base and its activations?

The constants are fitted, not derived; each set says when, on what and how well.
"""

from dataclasses import dataclass

from advisor.sizing.measurement import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """The fitted constants of one engine, each a triple of value, low and high.

    ``base`` in bytes: interpreter, libraries, their buffers. ``per_word`` in bytes:
    what the tokenizer holds for a word of its vocabulary. ``factor`` multiplies the
    activations that the shape predicts, ``packed_factor`` those of passes that pack
    the prompts of plain models side by side, up to ``packs_tokens`` tokens of them all;
    without that all prompts are read at once. ``block`` is the unit in which the cache
    is handed out, ``latent`` whether it keeps compressed rows, ``reads_whole`` whether
    a text is cut to the window only after it was read, and ``packs_experts`` whether
    loading copies experts into one tensor a layer. ``how`` is the source in words.
    """

    base: tuple[float, float, float]
    factor: tuple[float, float, float]
    how: str
    per_word: tuple[float, float, float] = (0.0, 0.0, 0.0)
    packed_factor: tuple[float, float, float] = (1.0, 1.0, 1.0)
    packs_tokens: int | None = None
    block: int = 1
    latent: bool = False
    reads_whole: bool = False
    packs_experts: bool = False

    def activations_of(self, predicted: float, *, packed: bool = False) -> Figure:
        """Return the bytes of activations, with the ends of the factor."""
        factors = self.packed_factor if packed else self.factor
        value, low, high = (predicted * factor for factor in factors)
        return Figure(value, low, high, origin="estimated")

    def base_of(self, vocabulary: int) -> Figure:
        """Return the bytes of the engine with a tokenizer of so many words."""
        value, low, high = (
            base + vocabulary * word
            for base, word in zip(self.base, self.per_word, strict=True)
        )
        return Figure(value, low, high, origin="estimated")


# Fitted by scripts/bench/memory on 2026-11-26 (see docs/decisions/memory-estimates.md).
TRANSFORMERS_CPU = Overhead(
    base=(468e6, 444e6, 492e6),
    per_word=(233.0, 13.0, 453.0),
    factor=(1.105, 0.965, 1.245),
    how="constants fitted to 9 runs on a CPU, tested on 15 others",
    packed_factor=(2.26, 0.76, 3.76),
    packs_tokens=1024,
    reads_whole=True,
    packs_experts=True,
)
