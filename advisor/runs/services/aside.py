"""How does a model of one's own work on while its answers are stored?

An engine that answers block by block is asked from a thread of its own, one block after
the other: the next one goes to it the moment the last answer is there, whatever this
process does with what came before.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from threading import Event

from advisor.engines.base import Answer, Engine, Prompt


class Aside:
    """Has an engine answer beside the work of this thread, until ``stop``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._over = Event()
        self._no_more = Event()
        self._pool = ThreadPoolExecutor(1, "engine")

    def begin(
        self,
        prompts: Sequence[Prompt],
        *,
        put: Callable[[Answer], object],
        end: Callable[[], object],
    ) -> "Future[None]":
        """Start to answer, as `overlapping.Overlapping` tells."""

        def work() -> None:
            if self._no_more.is_set():
                return
            answers = self._engine.answer(prompts)
            with closing(answers):  # type: ignore[type-var]
                for answer in answers:
                    put(answer)
                    if self._over.is_set():
                        return

        call = self._pool.submit(work)
        call.add_done_callback(lambda _: end())
        return call

    def send_no_more(self) -> None:
        """Begin none of the blocks that wait; the one under way is answered."""
        self._no_more.set()

    def stop(self) -> None:
        """Leave what is under way at its next answer, and begin nothing more."""
        self._over.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
