"""Does plain code hear from an event loop what happened there, or that it ended?"""

import asyncio
import threading
from concurrent.futures import CancelledError

import pytest

from advisor.engines.background_loop import BackgroundLoop


async def late() -> str:
    await asyncio.sleep(0.01)
    return "done"


async def too_late() -> None:
    raise TimeoutError("of the work itself")


def test_a_result_and_an_error_come_through():
    loop = BackgroundLoop()
    assert loop.run(late()) == "done"
    with pytest.raises(TimeoutError, match="of the work itself"):
        loop.run(too_late())
    loop.stop()


def test_who_waits_while_the_loop_ends_is_told():
    loop, begun = BackgroundLoop(), threading.Event()

    async def hold() -> None:
        begun.set()
        await asyncio.sleep(3600)

    def end() -> None:
        begun.wait()
        loop.stop()

    ending = threading.Thread(target=end)
    ending.start()
    with pytest.raises(CancelledError):
        loop.run(hold())
    ending.join()
