"""How does plain code use an event loop that never stands still?

The loop runs in a thread of its own, so that bytes are stamped when they arrive and
not when the caller comes back from writing the answer before.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Future, wait
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
_LOOK_S = 1.0


class BackgroundLoop:
    """An event loop in a daemon thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="engine-loop", daemon=True
        )
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run to the end and return the result, or raise its exception.

        Raises:
            CancelledError: The loop was stopped meanwhile.
        """
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        while not future.done():
            wait([future], timeout=_LOOK_S)
            # What was handed over while the loop ended is never run.
            if not self._thread.is_alive():
                future.cancel()
        return future.result()

    def call(self, do: Callable[[], object]) -> None:
        """Have something done in the loop's thread, soon."""
        self._loop.call_soon_threadsafe(do)

    def iterate(self, items: AsyncIterator[T]) -> Iterator[T]:
        """Yield items as they come; leaving early cancels what is under way."""
        queue: SimpleQueue[tuple[T] | None] = SimpleQueue()
        pumping = self.pump(
            items, put=lambda item: queue.put((item,)), end=lambda: queue.put(None)
        )
        try:
            while (item := queue.get()) is not None:
                yield item[0]
            pumping.result()
        finally:
            pumping.cancel()

    def pump(
        self,
        items: AsyncIterator[T],
        *,
        put: Callable[[T], object],
        end: Callable[[], object],
    ) -> "Future[None]":
        """Hand items over as they come, from the loop's thread; then ``end`` is called.

        Returns at once; cancelling the future cancels what is under way, and an error
        is the future's, before ``end`` is called.
        """

        async def all_of_them() -> None:
            async for item in items:
                put(item)

        pumping = asyncio.run_coroutine_threadsafe(all_of_them(), self._loop)
        pumping.add_done_callback(lambda _: end())
        return pumping

    def stop(self) -> None:
        """End the thread; what still runs is cancelled."""
        self.run(_cancel_others())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
