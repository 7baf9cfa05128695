"""What does our engine say of the stub's answers, and when did it say it?

`python -m tests.bench.faithful.ours PORT CONCURRENCY REQUESTS` prints it as JSON.
"""

import json
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from advisor.engines.base import EngineSpec, Prompt
from advisor.engines.openai_compatible import OpenAICompatible
from advisor.engines.timing import clock


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer as a client tells it: its number, its start and its first piece."""

    number: int
    started: float
    first: float


@contextmanager
def engine(port: int, *, concurrency: int = 1) -> Iterator[OpenAICompatible]:
    """Open our engine on the stub."""
    made = OpenAICompatible(
        EngineSpec(
            engine="openai",
            model="m",
            base_url=f"http://127.0.0.1:{port}/v1",
            api_key="",
            concurrency=concurrency,
            allowed_private=(f"127.0.0.1:{port}",),
        )
    )
    try:
        yield made
    finally:
        made.close()


def prompt(name: object) -> Prompt:
    """Return a request; the stub says which one it was in its answer."""
    return Prompt(id=str(name), text="Say something.", max_output_tokens=64)


def stream(port: int, *, concurrency: int, requests: int) -> list[Seen]:
    """Stream so many answers, always so many at once; return what was seen."""
    seen: list[Seen] = []
    with engine(port) as one:
        one.open()
        left = iter(range(requests))
        lock = threading.Lock()

        def work() -> None:
            while True:
                with lock:
                    number = next(left, None)
                if number is None:
                    return
                started = clock()
                (answer,) = one.measure_at([prompt(number)], [started])
                seen.append(_seen(answer, started))

        _together(work, concurrency)
    return seen


def _seen(answer, started: float) -> Seen:
    found = re.match(r"r(\d{6}) ", answer.output or "")
    assert found, answer
    return Seen(int(found[1]), started, started + answer.timing.ttft_ms / 1000)


def _together(work: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    found = stream(
        int(sys.argv[1]), concurrency=int(sys.argv[2]), requests=int(sys.argv[3])
    )
    print(json.dumps([asdict(one) for one in found]))
