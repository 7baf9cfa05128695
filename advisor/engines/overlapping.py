"""Which engines take more prompts while earlier ones are still under way?

Between two blocks of prompts such an engine never runs dry: the next one waits in its
line while the last answers of the one before come in.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Protocol, runtime_checkable

from advisor.engines.base import Answer, Prompt


@runtime_checkable
class Overlapping(Protocol):
    """An engine that may be asked again before it is done; it sends in order."""

    def begin(
        self,
        prompts: Sequence[Prompt],
        *,
        put: Callable[[Answer], object],
        end: Callable[[], object],
    ) -> "Future[None]":
        """Start to answer all prompts, and return at once.

        ``put`` gets each answer as it comes, ``end`` is called after the last; both
        from another thread. Cancelling the future ends what is under way.
        """

    def send_no_more(self) -> None:
        """Answer ``not_sent`` for what waits in line; what is under way goes on."""
