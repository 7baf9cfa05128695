"""How many calls may an endpoint have under way, and when may the next one start?

A window that opens on answers and halves when the server asks to slow down (additive
increase, multiplicative decrease: Chiu and Jain 1989); until the first such request it
doubles each round, as TCP's slow start does (RFC 5681 §3.1). A gate that stays shut as
long as the server asks. A breaker: after faults in a row one call is tried alone, and
if it fails as well nothing more is sent. Lives in one event loop.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from math import inf
from typing import Literal, Protocol, runtime_checkable

from advisor.engines import proven
from advisor.engines.base import Failure
from advisor.engines.retrying import retry_class
from advisor.engines.timing import clock

_REFUSALS = 2
# How often it is looked whether another model behind the same address was answered.
LOOK_S = 0.02
ENOUGH = Failure(code="not_sent", kind="transport", message="Nothing was sent.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceRule:
    """When a window grows, halves and shuts; seconds. Every number is a setting."""

    start: int = 4
    clean: int = 20
    faults: int = 5
    trials: int = 2
    rest_s: float = 1.0
    in_hand_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Stop:
    """Why nothing more is sent, and for how many seconds as far as is known."""

    kind: Literal["refused", "down", "limited", "enough"]
    failure: Failure
    wait_s: float = 0.0


@dataclass(slots=True)
class Pace:
    """The window, the gate and the breaker of one endpoint.

    ``most`` is the user's own limit of calls at once. A call is told apart by when it
    was sent: what was under way when the window shut says nothing new. ``address``
    names server and key, as `proven.address_of` does. ``turned_away`` counts the calls
    that the server asked to slow down, ``slowed_by`` is what it said last.
    """

    most: int
    rule: PaceRule = PaceRule()
    address: str = ""
    under_way: int = 0
    stopped: Stop | None = None
    proven: bool = False
    answered: int = 0
    turned_away: int = 0
    slowed_by: Failure | None = None
    limit: int = field(init=False)
    _threshold: float = inf
    _clean: int = 0
    _widest: int = 0
    _rounds: int = 0
    _cut_at: float = 0.0
    _refusals: int = 0
    _faults: int = 0
    _trials: int = 0
    _opens_at: float = 0.0
    _limited_since: float | None = None
    _line: deque[asyncio.Future[bool]] = field(default_factory=deque)
    _timer: asyncio.TimerHandle | None = None

    def __post_init__(self) -> None:
        self.limit = max(1, min(self.rule.start, self.most))

    async def enter(self) -> bool:
        """Wait in line until a call may start; False when nothing is sent any more."""
        waiting = asyncio.get_running_loop().create_future()
        self._line.append(waiting)
        self._admit()
        try:
            return bool(await waiting)
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and waiting.result():
                self.leave()
            raise

    def leave(self) -> None:
        """End a call that was let in."""
        self.under_way -= 1
        self._admit()

    def note(self, failure: Failure | None, *, sent: float, wait_s: float) -> None:
        """Take in how a call ended that was sent at ``sent`` on `timing.clock`.

        ``wait_s`` is how long a server that asks to slow down is left alone.
        """
        kind = None if failure is None else retry_class(failure)
        if failure is None or kind == "sample":
            self._answered()
        elif kind == "configuration":
            self._refused(failure)
        elif kind == "rate":
            self._slow_down(failure, sent=sent, wait_s=wait_s)
        elif sent >= self._cut_at:
            self._fault(failure)

    def send_no_more(self) -> None:
        """Let nobody in any more, until ``reopen``: the caller has enough."""
        if self.stopped is None:
            self.stopped = Stop("enough", ENOUGH)
            self._admit()

    def reopen(self) -> None:
        """Try again after a stop, with one call at first unless it was the caller's."""
        if self.stopped is not None and self.stopped.kind == "enough":
            self.stopped = None
        elif self.stopped is not None:
            self._trials = int(self.stopped.kind == "down")
            self.stopped, self.limit = None, 1
            self.answered = self._faults = self._refusals = 0
            self._opens_at, self._limited_since = 0.0, None

    def shut_s(self) -> float:
        """Return for how many seconds from now no call is let in; 0 while some are."""
        return max(0.0, self._opens_at - clock())

    def share_with(self, others: int, *, most: int) -> None:
        """Keep to an even share of ``most`` calls when others call it as well."""
        self.most = max(1, most // (1 + others))
        self.limit = min(self.limit, self.most)

    def _answered(self) -> None:
        self.answered += 1
        proven.note(self.address)
        self.proven, self._refusals, self._faults, self._rounds = True, 0, 0, 0
        self._limited_since = None
        if self._trials:
            self._trials = 0
            self.limit = min(self.rule.start, self.most)
        self._clean += 1
        doubling = self.limit < self._threshold
        # A window that was never full says nothing about a wider one.
        tried = (
            2 * self._widest > self.limit if doubling else self._widest >= self.limit
        )
        if tried and (doubling or self._clean >= self.rule.clean):
            self._clean = 0
            self.limit = min(self.limit + 1, self.most)

    def _refused(self, failure: Failure) -> None:
        self._refusals += 1
        proven.forget(self.address)
        if self._refusals >= _REFUSALS:
            self.stopped = Stop("refused", failure)

    def _slow_down(self, failure: Failure, *, sent: float, wait_s: float) -> None:
        now = clock()
        self.turned_away, self.slowed_by = self.turned_away + 1, failure
        if sent >= self._cut_at:
            self._rounds += 1
            self._cut(now, threshold=self.limit // 2)
        if not failure.retry_after_s:
            wait_s *= 2.0 ** min(self._rounds - 1, 6)
        self._opens_at = max(self._opens_at, now + wait_s)
        if self._limited_since is None:
            self._limited_since = now
        rest = self._opens_at - now
        if now - self._limited_since + rest > self.rule.in_hand_s:
            self.stopped = Stop("limited", failure, rest)

    def _fault(self, failure: Failure) -> None:
        self._faults += 1
        if self._trials:
            self._trials -= 1
            if not self._trials:
                self.stopped = Stop("down", failure)
                return
        elif self._faults >= self.rule.faults:
            self._trials = self.rule.trials
        else:
            return
        now = clock()
        rest = self.rule.rest_s * 2.0 ** (self.rule.trials - self._trials)
        self._cut(now, threshold=max(self.limit, int(min(self._threshold, self.most))))
        self.limit = 1
        self._opens_at = max(self._opens_at, now + rest)

    def _cut(self, now: float, *, threshold: int) -> None:
        self._cut_at, self._threshold = now, threshold
        self._clean = self._widest = 0
        self.limit = max(1, self.limit // 2)

    def _room(self) -> bool:
        if not self._is_proven() and self._refusals + self.under_way >= _REFUSALS:
            # A wrong key costs two calls however many samples there are.
            return False
        return self.under_way < self.limit and clock() >= self._opens_at

    def _is_proven(self) -> bool:
        return self.proven or bool(self.address and proven.answers(self.address))

    def _admit(self) -> None:
        """Let in from the head of the line whom there is room for."""
        while self._line:
            if not self._line[0].done():
                if self.stopped is None and not self._room():
                    break
                self.under_way += self.stopped is None
                self._widest = max(self._widest, self.under_way)
                self._line[0].set_result(self.stopped is None)
            self._line.popleft()
        wait = self._opens_at - clock()
        if self.address and not self.proven:
            wait = max(wait, LOOK_S)
        if self._line and wait > 0 and self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(wait, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._admit()


@runtime_checkable
class Paced(Protocol):
    """An engine that keeps the pace of an endpoint."""

    @property
    def pace(self) -> Pace | None:
        """Return the pace while the engine is open."""
