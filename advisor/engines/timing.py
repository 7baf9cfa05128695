"""When did each piece arrive, and what follows from that?

One clock for all engines: `time.perf_counter`, monotonic, so that a change of the
wall clock changes nothing. Definitions: TTFT is the time from when a request was due,
or else sent, to the first token; time per output token is (last - first) / (n - 1),
where n is a count of tokens from the server or a tokenizer, never of the pieces that
arrived.
"""

import time
from dataclasses import dataclass, field

from advisor.engines.base import Timing

clock = time.perf_counter


@dataclass(slots=True)
class Stopwatch:
    """Collects stamps of one request."""

    started: float = field(default_factory=clock)
    stamps: list[float] = field(default_factory=list)
    ended: float | None = None

    def stamp(self, at: float | None = None) -> None:
        """Note that a token, or a piece, arrived: now or at `at` on `clock`."""
        self.stamps.append(clock() if at is None else at)

    def elapsed_s(self) -> float:
        """Return the seconds since the request was sent."""
        return clock() - self.started

    def timing(self) -> Timing:
        """Return the times until `ended`, on `clock`, or until now if it is None."""
        end = clock() if self.ended is None else self.ended
        since = tuple((at - self.started) * 1000 for at in self.stamps)
        return Timing(
            ttft_ms=since[0] if since else None,
            total_ms=(end - self.started) * 1000,
            token_ms=since,
        )


def time_per_output_token_ms(timing: Timing, tokens: int | None) -> float | None:
    """Return the mean time between tokens; None below two tokens or stamps."""
    if tokens is None or tokens < 2 or len(timing.token_ms) < 2:
        return None
    return (timing.token_ms[-1] - timing.token_ms[0]) / (tokens - 1)


def output_tokens_per_second(timing: Timing, tokens: int | None) -> float | None:
    """Return the speed of decoding after the first token; None if unknown."""
    gap = time_per_output_token_ms(timing, tokens)
    return None if not gap else 1000 / gap
