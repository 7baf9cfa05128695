"""How are many prompts kept going at once, without hammering a server that refuses?

Two calls at most are under way until the first one works, so that a wrong key costs two
calls however many samples there are; after two refusals in a row nothing more is sent.
"""

import asyncio
import zlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from advisor.engines.base import Answer, Failure, Prompt
from advisor.engines.retrying import Patience, Tries

Once = Callable[[Prompt], Awaitable[Answer]]

_REFUSALS = 2
_LOOK_S = 0.01


@dataclass(slots=True)
class Standing:
    """What is known of a server across blocks: has it worked, has it refused?"""

    proven: bool = False
    refusals: int = 0
    refused: Failure | None = None
    under_way: int = 0

    @property
    def full(self) -> bool:
        """Say whether a call must wait: two that may be refused are enough."""
        return not self.proven and self.refusals + self.under_way >= _REFUSALS

    def note(self, failure: Failure | None) -> None:
        """Take in the outcome of a call."""
        if failure is None:
            self.proven, self.refusals = True, 0
        elif failure.kind == "configuration":
            self.refusals += 1
            if self.refusals >= _REFUSALS:
                self.refused = failure


async def answer_all(
    prompts: Sequence[Prompt],
    once: Once,
    *,
    concurrency: int,
    patience: Patience,
    standing: Standing,
) -> AsyncIterator[Answer]:
    """Yield one answer a prompt as they come, trying again what may pass."""
    left = deque(prompts)
    done: asyncio.Queue[Answer] = asyncio.Queue()

    async def work() -> None:
        while left:
            done.put_nowait(await _persist(left.popleft(), once, patience, standing))

    workers = [asyncio.create_task(work()) for _ in range(min(concurrency, _REFUSALS))]
    try:
        for _ in range(len(prompts)):
            if standing.proven:
                more = min(concurrency - len(workers), len(left))
                workers += [asyncio.create_task(work()) for _ in range(more)]
            yield await done.get()
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _persist(
    prompt: Prompt, once: Once, patience: Patience, standing: Standing
) -> Answer:
    tries = Tries(patience, seed=zlib.crc32(prompt.id.encode()))
    first = True
    while True:
        while standing.full and standing.refused is None:
            await asyncio.sleep(_LOOK_S)
        if standing.refused is not None:
            return failed(prompt, standing.refused)
        standing.under_way += 1
        try:
            answer = await once(prompt)
        finally:
            standing.under_way -= 1
        standing.note(answer.failure)
        wait = None if answer.failure is None else tries.wait_s(answer.failure)
        if wait is None:
            return answer if first else replace(answer, timing=None)
        first = False
        await asyncio.sleep(wait)


def failed(prompt: Prompt, failure: Failure) -> Answer:
    """Return the answer of a prompt that brought nothing but a failure."""
    return Answer(
        prompt_id=prompt.id,
        output=None,
        finish="error",
        prompt_tokens=None,
        completion_tokens=None,
        tokens_origin=None,
        timing=None,
        failure=failure,
    )
