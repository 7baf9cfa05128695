"""What do all prompts begin with, and is it worth keeping?

Prompts of one run share their template: its tokens are encoded once and kept from block
to block.
"""

from collections.abc import Sequence

from advisor.engines.packing import NO_PREFIX, PackedNetwork, Prefix

# Below this, attention in two parts costs more than reading the tokens again.
_WORTH = 16


class PrefixKeeper:
    """Keeps the shared prefix that was last encoded."""

    def __init__(self, network: PackedNetwork) -> None:
        self._network = network
        self._kept = NO_PREFIX

    def of(self, prompts: Sequence[tuple[int, ...]]) -> Prefix:
        """Return a prefix that all prompts begin with, each going on after it.

        The kept one serves as long as the prompts begin with it; a single prompt shows
        no template, so it can only use what is kept.
        """
        shared = shared_length(prompts)
        kept = self._kept.ids
        fits = bool(kept) and len(kept) <= shared
        if fits and tuple(prompts[0][: len(kept)]) == kept:
            return self._kept
        if len(prompts) < 2 or shared < _WORTH:
            return NO_PREFIX
        self._kept = self._network.encode(prompts[0][:shared])
        return self._kept

    def forget(self) -> None:
        """Let go of what is kept."""
        self._kept = NO_PREFIX


def shared_length(prompts: Sequence[tuple[int, ...]]) -> int:
    """Return how many tokens all prompts begin with, at most all but one of each."""
    if not prompts:
        return 0
    # Of a sorted list, the first and the last share what all share.
    first, last = min(prompts), max(prompts)
    most = min(map(len, prompts)) - 1
    pairs = zip(first, last, strict=False)
    alike = next((at for at, (a, b) in enumerate(pairs) if a != b), most)
    return max(0, min(alike, most))
