"""How are many prompts kept going at once, without hammering a server that refuses?

Each prompt waits for its turn, is sent, and is tried again where that may help. What
was never sent because the endpoint stopped working comes back as ``not_sent``.
"""

import asyncio
import zlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from uuid import uuid4

from advisor.engines.base import Answer, Failure, Prompt
from advisor.engines.pacing import ENOUGH, Pace
from advisor.engines.retrying import Patience, Tries, retry_class
from advisor.engines.timing import clock

Once = Callable[[Prompt], Awaitable[Answer]]


async def answer_all(
    prompts: Sequence[Prompt],
    once: Once,
    *,
    patience: Patience,
    pace: Pace,
) -> AsyncIterator[Answer]:
    """Yield one answer a prompt as they come, trying again what may pass.

    What ``once`` raises ends all of it, and is raised here.
    """
    left = deque(prompts)
    done: asyncio.Queue[Answer | Exception] = asyncio.Queue()

    async def work() -> None:
        try:
            while left:
                done.put_nowait(await _persist(left.popleft(), once, patience, pace))
        except Exception as error:
            # The answer that this one owed would be waited for without end.
            done.put_nowait(error)

    count = min(pace.most, len(prompts))
    workers = [asyncio.create_task(work()) for _ in range(count)]
    try:
        for _ in range(len(prompts)):
            came = await done.get()
            if isinstance(came, Exception):
                raise came
            yield came
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _persist(
    prompt: Prompt, once: Once, patience: Patience, pace: Pace
) -> Answer:
    tries = Tries(patience, seed=zlib.crc32(prompt.id.encode()))
    keyed = named(prompt)
    answer: Answer | None = None
    while await pace.enter():
        first, sent = answer is None, clock()
        try:
            answer = await once(keyed)
            failure = answer.failure
            wait = None if failure is None else tries.wait_s(failure)
            pace.note(failure, sent=sent, wait_s=wait or 0.0)
        finally:
            pace.leave()
        if failure is None or wait is None:
            return answer if first else replace(answer, timing=None)
        if retry_class(failure) != "rate":
            await asyncio.sleep(wait)
            continue
        # The longest wait that is granted, whatever the server asked for.
        granted = min(failure.retry_after_s or 0.0, patience.longest_retry_after_s)
        answer = replace(answer, failure=replace(failure, retry_after_s=granted))
    return answer or failed(prompt, _unsent(pace))


def named(prompt: Prompt) -> Prompt:
    """Return the prompt with the key that all tries at this request share."""
    return prompt if prompt.request_key else replace(prompt, request_key=uuid4().hex)


def _unsent(pace: Pace) -> Failure:
    stop = pace.stopped
    if stop is None:
        return ENOUGH
    if stop.kind == "refused":
        return stop.failure
    return replace(stop.failure, code="not_sent", kind="transport")


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
