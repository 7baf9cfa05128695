"""What is an engine answering at this moment, and what comes next of it?

Answers, ends of blocks and news of the race come in one line, so that whoever works on
a candidate waits in one place for whatever happens first.
"""

from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import SimpleQueue

from advisor.engines.base import Answer, Prompt
from advisor.engines.overlapping import Overlapping
from advisor.runs.services.answering import Desk
from advisor.runs.services.aside import Aside
from advisor.runs.services.blocks import Block

Came = tuple[Block, Answer | None] | None


@dataclass(slots=True, kw_only=True)
class UnderWay:
    """The blocks that an engine answers beside this thread; ``engine`` None for none.

    What comes is a block with an answer, a block with None when it is through, or None
    for news.
    """

    engine: Overlapping | None
    _calls: dict[int, "Future[None]"] = field(default_factory=dict)
    _came: SimpleQueue[Came] = field(default_factory=SimpleQueue)

    @classmethod
    def at(cls, desk: Desk) -> "UnderWay":
        """Ask the engine of a desk: one that takes more meanwhile, or one's own."""
        if desk.candidate.engine == "transformers":
            return cls(engine=Aside(desk.engine))
        engine = desk.engine if isinstance(desk.engine, Overlapping) else None
        return cls(engine=engine)

    def __bool__(self) -> bool:
        return bool(self._calls)

    def begin(self, engine: Overlapping, block: Block, prompts: list[Prompt]) -> None:
        """Have a block answered beside those that are under way."""
        self._calls[id(block)] = engine.begin(
            prompts,
            put=lambda answer: self._came.put((block, answer)),
            end=lambda: self._came.put((block, None)),
        )

    def next(self, timeout: float) -> Came:
        """Return what comes next; raises queue.Empty when nothing does in time."""
        return self._came.get(timeout=timeout)

    def hear(self) -> None:
        """Take in, from any thread, that there is news."""
        self._came.put(None)

    def end(self, block: Block) -> BaseException | None:
        """Forget a block that is through; return what broke it."""
        call = self._calls.pop(id(block))
        return None if call.cancelled() else call.exception()

    def send_no_more(self) -> None:
        """Have what waits in line come back unsent; from any thread."""
        if self.engine is not None and self._calls:
            self.engine.send_no_more()

    def cancel(self) -> None:
        """End what is under way."""
        for call in self._calls.values():
            call.cancel()
        if isinstance(self.engine, Aside):
            self.engine.stop()

    def take_rest(self) -> None:
        """Take in the answers that are there already."""
        while not self._came.empty():
            came = self._came.get()
            if came is not None and came[1] is not None:
                came[0].take(came[1])
