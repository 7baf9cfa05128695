"""How far may a model run ahead of what is judged? Far enough to be kept busy.

What is asked ahead may turn out not to be needed; what is not asked ahead leaves a
server or a loaded model idle.
"""

from math import ceil

from advisor.runs.models import Candidate
from advisor.runs.services.answering import DEFAULT_CONCURRENCY
from advisor.runs.services.ordering import RACE_BLOCK

FEWEST = 2  # blocks: one is judged while the other is asked
LOADED = 4  # blocks that fill the batch of a model of one's own
MOST = 16  # blocks, however far away a decision seems


def blocks_ahead(
    one: Candidate, more: int | None, *, judged: int = 0, behind: int = 0
) -> int:
    """Return the blocks that may be asked beyond the ``judged`` ones.

    A model of one's own goes half of the way to its decision at once, as it works best
    in large batches; so does who is ``behind`` the reference by so many blocks, as its
    dearer calls wait meanwhile. Else an endpoint has one block in line beside those
    that are under way.
    """
    half = half_way(more, judged=judged)
    if one.queue == "local":
        return min(max(LOADED, half), MOST)
    if one.engine != "openai":
        return FEWEST
    return max(in_line(one), min(behind, half))


def half_way(more: int | None, *, judged: int) -> int:
    """Return half of the blocks until a decision, which leaves room to be off by two.

    ``more`` is about how many samples are missing, None if that cannot be told: then
    the decision is not near, and half of what was ``judged`` is taken.
    """
    half = judged // 2 if more is None else more // 2 // RACE_BLOCK
    return min(half, MOST)


def in_line(one: Candidate) -> int:
    """Return the blocks that keep an endpoint busy: under way, and as many in line."""
    at_once = int(one.spec.get("concurrency") or DEFAULT_CONCURRENCY)
    return max(FEWEST, ceil(2 * at_once / RACE_BLOCK))


def reference_to(one: Candidate, reference: Candidate, to: int, blocks: int) -> int:
    """Return the block to which the reference may go when ``one`` goes to ``to``.

    Two models that take turns on one machine are loaded anew at every turn: there the
    reference does twice as much each time.
    """
    opened = reference.open_to or 0
    if to <= opened or not reference.queue == one.queue == "local":
        return max(to, opened)
    return min(blocks, max(to, 2 * opened))
