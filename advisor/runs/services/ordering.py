"""In which order are samples asked, and which are committed together?

The order is a hash of contents, so nobody can re-roll it: neither a name nor a seed
enters. Samples of one group stay together, and a block holds whole groups.
"""

from collections.abc import Sequence

from advisor.projects.models import Sample
from advisor.projects.schema import sample_order
from advisor.projects.selectors import row_of

BLOCK = 32
# In a race a candidate may end after any block: small ones spare calls.
RACE_BLOCK = 16


def ordered(samples: Sequence[Sample], *, rule_sha256: str) -> list[Sample]:
    """Return the samples in their fixed random order, groups kept together."""
    rows = [row_of(one) for one in samples]
    return [samples[at] for at in sample_order(rows, rule_sha256)]


def blocks(samples: Sequence[Sample], *, repeats: int, most: int = BLOCK) -> list[int]:
    """Return the block of each sample: at most ``most`` trials, a group never split.

    A group with more trials than that is a block of its own.
    """
    result: list[int] = []
    block = filled = 0
    for size in _units(samples):
        trials = size * repeats
        if filled and filled + trials > most:
            block, filled = block + 1, 0
        result += [block] * size
        filled += trials
    return result


def _units(samples: Sequence[Sample]) -> list[int]:
    """Return the sizes of consecutive units: a group, or a sample without one."""
    sizes: list[int] = []
    last: str | None = None
    for sample in samples:
        if sample.group and sample.group == last:
            sizes[-1] += 1
        else:
            sizes.append(1)
        last = sample.group
    return sizes
