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
    activations that the shape predicts. ``block`` is the unit in which the cache is
    handed out, ``latent`` whether it keeps compressed rows, ``moves_rows`` whether the
    states of new prompts are copied into a common buffer, ``reads_whole`` whether a
    text is cut to the window only after it was read, and ``packs_experts`` whether
    loading copies experts into one tensor a layer. ``how`` is the source in words.
    """

    base: tuple[float, float, float]
    factor: tuple[float, float, float]
    how: str
    per_word: tuple[float, float, float] = (0.0, 0.0, 0.0)
    block: int = 1
    latent: bool = False
    moves_rows: bool = False
    reads_whole: bool = False
    packs_experts: bool = False

    def activations_of(self, predicted: float) -> Figure:
        """Return the bytes of activations, with the ends of the factor."""
        value, low, high = (predicted * factor for factor in self.factor)
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
    base=(426e6, 390e6, 462e6),
    per_word=(349.0, 19.0, 679.0),
    factor=(1.17, 0.95, 1.39),
    how="constants fitted to 9 runs on a CPU, tested on 15 others",
    moves_rows=True,
    reads_whole=True,
    packs_experts=True,
)
