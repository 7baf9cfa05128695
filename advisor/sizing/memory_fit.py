"""Does a model fit into a machine, and how many sequences at once?

An estimate is judged by its upper end: a model that may not fit does not fit.
"""

from collections.abc import Callable
from typing import Literal

from advisor.sizing.errors import SizingError
from advisor.sizing.measurement import Figure

Fit = Literal["fits", "tight", "does_not_fit"]

FITS_UP_TO = 0.9  # of the memory: allocators and other programs need the rest


def fit(peak: Figure | None, memory_gb: float) -> Fit | None:
    """Say whether ``peak`` GB fit into ``memory_gb``; None when no peak is known.

    ``fits`` up to 90 % of the memory, ``tight`` up to all of it. A measured peak
    decides by its value, any other by its upper end.
    """
    if memory_gb <= 0:
        raise SizingError(f"A machine has memory, got {memory_gb} GB. Give its size.")
    if peak is None or peak.value is None:
        return None
    used = peak.value
    if peak.origin != "measured" and peak.high is not None:
        used = peak.high
    if used <= FITS_UP_TO * memory_gb:
        return "fits"
    return "tight" if used <= memory_gb else "does_not_fit"


def most_sequences(
    peak_of: Callable[[int], Figure], memory_gb: float, *, at_most: int = 4096
) -> int:
    """Return the largest number of sequences at once that still fits; 0 if none.

    ``peak_of`` tells the peak for a number of sequences and never falls with it.
    """
    if fit(peak_of(1), memory_gb) != "fits":
        return 0
    low, high = 1, at_most + 1
    while high - low > 1:
        middle = (low + high) // 2
        if fit(peak_of(middle), memory_gb) == "fits":
            low = middle
        else:
            high = middle
    return low
