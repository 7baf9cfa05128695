"""How many trials does a worker claim at once? As many as keep its engine busy.

Each claim costs a few transactions, and a model of one's own is only busy while a block
fills its batch: so blocks are large where answers come fast, or in batches. What is
claimed by a worker that dies is missed for a lease: so they are small where a call
takes long.
"""

from dataclasses import dataclass

from advisor.engines.overlapping import Overlapping
from advisor.runs.services.answering import Desk
from advisor.runs.services.ordering import BLOCK

# How long a block takes: of an engine that goes on meanwhile, and of one that does not.
BESIDE_SECONDS, SECONDS, LOCAL_SECONDS = 0.3, 1.0, 10.0
LOCAL_FIRST = 64
FEWEST, FEWEST_IN_TURN, MOST = 16, 8, 2048


@dataclass(slots=True)
class Portions:
    """The size of the next block; ``seconds`` is what one should take."""

    size: int
    seconds: float
    fewest: int

    @classmethod
    def of(cls, desk: Desk) -> "Portions":
        """Begin with what is known of an engine."""
        if isinstance(desk.engine, Overlapping):
            fewest = max(FEWEST, desk.calls_at_once)
            return cls(fewest, BESIDE_SECONDS, fewest)
        if desk.candidate.queue == "local":
            return cls(LOCAL_FIRST, LOCAL_SECONDS, BLOCK)
        return cls(FEWEST_IN_TURN, SECONDS, FEWEST_IN_TURN)

    def took(self, count: int, seconds: float) -> None:
        """Take in how long ``count`` answers took; a single one tells little."""
        if count >= min(FEWEST, self.fewest):
            rate = count / max(seconds, 1e-6)
            most = min(MOST, 4 * self.size)
            self.size = max(self.fewest, min(most, round(rate * self.seconds)))
