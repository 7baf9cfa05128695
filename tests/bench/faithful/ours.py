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
from advisor.engines.punctuality import LEAD_S
from advisor.engines.timing import clock

WARM_UP = 3  # as before each speed phase


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
    """Stream so many answers, always so many at once; return what was seen.

    As the speed phase does: a warm-up apart, connections opened before, and each
    request handed over a little before it is due, from when its times count.
    """
    seen: list[Seen] = []
    with engine(port) as one:
        one.open()
        for number in range(WARM_UP):
            one.measure(prompt(number))
        one.connect(concurrency)
        left = iter(range(requests))
        lock = threading.Lock()

        def work() -> None:
            while True:
                with lock:
                    number = next(left, None)
                if number is None:
                    return
                seen.append(ask(one, number))

        _together(work, concurrency)
    return seen


def ask(one: OpenAICompatible, name: object) -> Seen:
    """Send one request when it is due, a moment from now; return what was seen."""
    due = clock() + LEAD_S
    (answer,) = one.measure_at([prompt(name)], [due])
    found = re.match(r"r(\d{6}) ", answer.output or "")
    assert found, answer
    assert answer.timing
    return Seen(int(found[1]), due, due + answer.timing.ttft_ms / 1000)


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
