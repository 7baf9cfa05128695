"""A timed request was turned away: is it asked again in a moment, or much later?

A server that asks to slow down says nothing of how long its model takes: between
requests that are sent one at a time there is no harm in a pause.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from advisor.engines.base import Answer
from advisor.engines.pacing import Stop
from advisor.engines.retrying import RATE_CODES
from advisor.runs.services.blocks import CONFIGURATION_FAILURES
from advisor.runs.services.judging import LONGEST_WAIT_S

# So many requests in a row without an answer: the endpoint is gone, not slow.
GONE = 5
RATE_WAIT_S = 30.0
# How long a server is left alone that does not say for how long.
PAUSE_S, LOOK_S = 2.0, 0.2


@dataclass(slots=True)
class Losses:
    """How many timed requests in a row were lost on their way, or refused."""

    lost: int = 0
    refused: int = 0

    def note(self, answer: Answer, *, loaded: bool = False) -> Stop | None:
        """Return why nothing more is timed now; None while an answer may come.

        A wrong key says nothing of how long a model takes, and neither does a server
        that is gone; one that loses requests under load may be too slow for it.
        """
        kind = answer.failure.kind if answer.failure else None
        # Who streams answers that never say that they ended is there all the same.
        there = loaded or (answer.failure and answer.failure.code == "half_stream")
        self.lost = self.lost + 1 if kind == "transport" and not there else 0
        self.refused = self.refused + 1 if kind == "configuration" else 0
        if answer.failure and self.refused >= CONFIGURATION_FAILURES:
            return Stop("refused", answer.failure)
        return stop_of(answer) if self.lost >= GONE else None


def is_slowed(answer: Answer) -> bool:
    """Say whether the server asks to slow down."""
    return answer.failure is not None and answer.failure.code in RATE_CODES


def pause(answer: Answer, *, until: float, ended: Callable[[], bool]) -> float:
    """Wait as the server asks and return the seconds; 0 if there is not so much time.

    ``until`` is on the monotonic clock; ends early when the work is to end.
    """
    asked = answer.failure.retry_after_s if answer.failure else None
    began = time.monotonic()
    over = began + (asked or PAUSE_S)
    if over >= until:
        return 0.0
    while not ended() and (left := over - time.monotonic()) > 0:
        time.sleep(min(LOOK_S, left))
    return time.monotonic() - began


def stop_of(answer: Answer) -> Stop | None:
    """Return for how long an endpoint that failed so is left alone."""
    failure = answer.failure
    if failure is None:
        return None
    if failure.code in RATE_CODES:
        wait_s = min(failure.retry_after_s or RATE_WAIT_S, LONGEST_WAIT_S)
        return Stop("limited", failure, wait_s)
    return Stop("down", failure)
