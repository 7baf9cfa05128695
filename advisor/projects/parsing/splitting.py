"""Which samples decide, and which may train? Fixed by a hash of what they say.

A sample's unit is its group, else its input without case and punctuation. The
hash of the unit, below the share that tuning gets, sends it to tuning: neither the
order of the file nor rows added later move it. Near copies are kept together: a sample
that is sent to tuning stays there only if everything nearly like it is sent there too,
so that no evaluation sample ever has a twin that trains. Adding rows can thus move a
sample from tuning to evaluation, never the other way.
"""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Protocol

import numpy as np

Split = Literal["evaluation", "tuning"]
SALT = b"rightsize.split/1:"
NOT_WORDS = re.compile(r"[\W_]+")
SHINGLE = 5  # characters
ALIKE = 0.8  # share of shingles, by Jaccard, from which two inputs are near copies
BANDS, ROWS = 12, 4  # of the sketch; finds 99.8 % of pairs that are 0.8 alike
SEED = 20_26
MOST_COMPARED = 60  # texts of one bucket after each; larger ones are boilerplate
MOST_SHINGLES = 4_000  # of one input; a longer one is sketched by its beginning


class Splittable(Protocol):
    """What the split looks at."""

    @property
    def input(self) -> str:
        """What the model is given."""

    @property
    def group(self) -> str | None:
        """The unit that samples share."""


def unit_of(sample: Splittable) -> str:
    """Return what is hashed of a sample: its group, else its input in plain words."""
    return f"group {sample.group}" if sample.group else f"input {plain(sample.input)}"


def plain(text: str) -> str:
    """Return ``text`` without case, forms of letters and punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    words = NOT_WORDS.sub(" ", folded).strip()
    return words or folded.strip()


def place_of(unit: str) -> float:
    """Return where in [0, 1) the hash of a unit lies."""
    digest = hashlib.sha256(SALT + unit.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def split_of(samples: Sequence[Splittable], share: float) -> tuple[Split, ...]:
    """Return the split of each sample; ``share`` in [0, 1) is what tuning gets.

    The share is of units and before near copies are kept together: the counts that
    come out are what is shown.
    """
    if not 0 <= share < 1:
        raise ValueError(f"The share of tuning is from 0 to under 1, got {share}.")
    if share == 0:
        return tuple("evaluation" for _ in samples)
    units = [unit_of(one) for one in samples]
    sent = {unit: place_of(unit) < share for unit in set(units)}
    family = _families(samples, units)
    trains: dict[int, bool] = {}
    for at, unit in enumerate(units):
        trains[family[at]] = trains.get(family[at], True) and sent[unit]
    return tuple("tuning" if trains[one] else "evaluation" for one in family)


def _families(samples: Sequence[Splittable], units: Sequence[str]) -> list[int]:
    """Return for each sample the smallest position of those that belong with it."""
    parent = list(range(len(samples)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    def join(pairs: Iterable[tuple[int, int]]) -> None:
        for one, other in pairs:
            low, high = sorted((root(one), root(other)))
            parent[high] = low

    first: dict[str, int] = {}
    texts: dict[str, int] = {}
    for at, (unit, sample) in enumerate(zip(units, samples, strict=True)):
        text = plain(sample.input)
        join([(first.setdefault(unit, at), at), (texts.setdefault(text, at), at)])
    # Sorted, so that the order of the file does not decide what is compared.
    said = sorted(texts)
    join(_near(said, [texts[text] for text in said]))
    return [root(at) for at in range(len(samples))]


def _near(texts: Sequence[str], places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield pairs of near copies: alike in a band of their sketches, then compared."""
    multipliers, offsets = _hashes()
    shingles = [_shingles(text) for text in texts]
    buckets: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    for at, found in enumerate(shingles):
        sketch = (multipliers * found[:, None] + offsets).min(axis=0)
        for band in range(BANDS):
            key = sketch[band * ROWS : (band + 1) * ROWS].tobytes()
            buckets[band, key].append(at)
    for listed in buckets.values():
        for index, one in enumerate(listed):
            for other in listed[index + 1 : index + 1 + MOST_COMPARED]:
                if _alike(shingles[one], shingles[other]):
                    yield places[one], places[other]


def _hashes() -> tuple[np.ndarray, np.ndarray]:
    """Return odd multipliers and offsets of the sketch, the same on every machine."""
    chance = np.random.Generator(np.random.PCG64(SEED))
    drawn = chance.integers(1, 2**63, size=(2, BANDS * ROWS), dtype=np.uint64)
    return drawn[0] | np.uint64(1), drawn[1]


def _shingles(text: str) -> np.ndarray:
    """Return the hashes of the runs of characters of a text, each once."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    codes = codes[: MOST_SHINGLES + SHINGLE].astype(np.uint64)
    count = max(1, len(codes) - SHINGLE + 1)
    mixed = np.zeros(count, dtype=np.uint64)
    for step in range(min(SHINGLE, len(codes))):
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + codes[step : step + count]
    return np.unique(mixed ^ (mixed >> np.uint64(31)))


def _alike(one: np.ndarray, other: np.ndarray) -> bool:
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return bool(shared >= ALIKE * (len(one) + len(other) - shared))
