"""Is this process on time? Requests sent when they are due, and a watch on lateness.

A process that gets no processor stamps late and takes its own delay for the server's. A
ticker beside the requests tells how late the event loop was meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeVar, runtime_checkable

from advisor.engines.base import Answer, Prompt
from advisor.engines.timing import clock

T = TypeVar("T")
TICK_S = 0.005
# Work on a request begins so much before it is due, so that it only has to be written;
# and whoever hands a request over does so a little earlier still.
PREPARE_S = 0.01
LEAD_S = 0.015
# asyncio waits in whole milliseconds, so what is due is waited for a little less.
_EARLY_S = 0.002


class Ticker:
    """Notes how late an event loop is while something is measured in it."""

    def __init__(self) -> None:
        self._late_ms: list[float] = []

    async def beside(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work and watch the loop meanwhile."""
        ticking = asyncio.create_task(self._tick())
        try:
            return await work
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking

    def take(self) -> tuple[float, ...]:
        """Return the milliseconds by which each tick was late, and forget them."""
        taken, self._late_ms = tuple(self._late_ms), []
        return taken

    async def _tick(self) -> None:
        due = clock()
        while True:
            due += TICK_S
            await asyncio.sleep(max(0.0, due - clock()))
            now = clock()
            self._late_ms.append(max(0.0, now - due) * 1000)
            due = max(due, now - TICK_S)


async def wait_until(at: float) -> None:
    """Return as soon as it is so late on `timing.clock`, never earlier."""
    early = at - clock() - _EARLY_S
    if early > 0:
        await asyncio.sleep(early)
    while clock() < at:
        # At most two milliseconds; others in the loop go on meanwhile.
        await asyncio.sleep(0)


async def at_their_time(
    send: Callable[[Prompt, float], Awaitable[Answer]],
    prompts: Sequence[Prompt],
    due: Sequence[float],
) -> list[Answer]:
    """Have each prompt sent when it is due on `timing.clock`; answers in their order.

    ``send`` is called `PREPARE_S` earlier, and waits itself before it writes.
    """

    async def one(prompt: Prompt, at: float) -> Answer:
        await asyncio.sleep(max(0.0, at - clock() - PREPARE_S))
        return await send(prompt, at)

    sends = [one(prompt, at) for prompt, at in zip(prompts, due, strict=True)]
    return list(await asyncio.gather(*sends))


@runtime_checkable
class OpenLoop(Protocol):
    """An engine that sends requests at their time, and tells how late it was."""

    def connect(self, count: int) -> None:
        """Open so many connections before any request is due; failing is no error."""

    def measure_at(
        self, prompts: Sequence[Prompt], due: Sequence[float]
    ) -> list[Answer]:
        """Answer each prompt, sent when it is due."""

    def lateness_ms(self) -> tuple[float, ...]:
        """Return how late the engine was while it measured, and forget it."""
