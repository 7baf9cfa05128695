"""Is a text too close to a sample that the models must never have seen?

Closeness is counted in pairs of neighbouring words: shared pairs over all pairs
(Jaccard), and shared pairs over the sample's pairs (containment), so that a short
sample inside a long text counts as well.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache

from advisor.builtin import pack_names, sample_pack

JACCARD = 0.5
CONTAINMENT = 0.75

Pair = tuple[str, str]


def pairs(text: str) -> set[Pair]:
    """Split into pairs of neighbouring words, in small letters, without punctuation."""
    words = re.findall(r"[^\W_]+", text.lower().replace("'", ""))
    return set(zip(words, words[1:], strict=False)) or {(word, "") for word in words}


class Apart:
    """Know which texts are near-duplicates of the samples it was given."""

    def __init__(self, samples: Iterable[str]) -> None:
        self._sizes: list[int] = []
        self._holders: dict[Pair, list[int]] = defaultdict(list)
        for index, sample in enumerate(samples):
            found = pairs(sample)
            self._sizes.append(len(found))
            for pair in found:
                self._holders[pair].append(index)

    def closeness(self, text: str) -> tuple[float, float]:
        """Find the highest Jaccard and the highest containment over all samples."""
        mine = pairs(text)
        shared = Counter(i for pair in mine for i in self._holders.get(pair, ()))
        jaccard = contained = 0.0
        for index, count in shared.items():
            size = self._sizes[index]
            jaccard = max(jaccard, count / (len(mine) + size - count))
            contained = max(contained, count / size)
        return jaccard, contained

    def __contains__(self, text: str) -> bool:
        jaccard, contained = self.closeness(text)
        return jaccard >= JACCARD or contained >= CONTAINMENT


@cache
def from_every_pack() -> Apart:
    """Know the samples of every pack that ships."""
    packs = (sample_pack(name) for name in pack_names())
    return Apart(sample["input"] for pack in packs for sample in pack.samples)
