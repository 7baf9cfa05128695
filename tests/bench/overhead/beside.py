"""How much slower is a model with a busy process beside? ``beside COUNT TRIES``, JSON.

The same calls in turn, alone and beside one process that never rests; and, as the peer,
with the library's own way of waiting. A fair share of the cores would be (n + 1) / n.
"""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from tests.bench.overhead import ours
from tests.bench.overhead.model import task

NEVER_RESTS = "while True: pass"


def opened(model: str, environment: Mapping[str, str] | None) -> Any:
    """Return the engine of a model, with another ``environment`` where given."""
    from advisor.engines import isolation
    from advisor.engines.base import EngineSpec
    from advisor.engines.transformers_local import TransformersLocal

    ours_of = isolation.placed
    if environment is not None:
        isolation.placed = lambda threads: dict(environment)
    try:
        engine = TransformersLocal(EngineSpec(engine="transformers", model=model))
        engine.open()
    finally:
        isolation.placed = ours_of
    return engine


def seconds(engine: Any, asked: Sequence[Any], *, beside: int) -> float:
    """Have all that is asked answered, beside so many busy processes."""
    command = [sys.executable, "-c", NEVER_RESTS]
    busy = [subprocess.Popen(command) for _ in range(beside)]
    try:
        start = time.perf_counter()
        for answer in engine.answer(asked):
            assert answer.failure is None
        return time.perf_counter() - start
    finally:
        for one in busy:
            one.kill()
            one.wait()


def main() -> None:
    """Measure each way of waiting alone and beside; print milliseconds a sample."""
    count, tries = map(int, sys.argv[1:3])
    ours.prepare()
    from advisor.engines.base import Prompt

    model, samples, told = task("tickets", count)
    asked = [
        Prompt(
            id=one["id"],
            text=told["prompt"].replace("{input}", one["input"]),
            max_output_tokens=told["max_output_tokens"],
        )
        for one in samples
    ]
    engines = {"ours": opened(model, None), "library": opened(model, {})}
    found: dict[str, dict[str, list[float]]] = {
        name: {"alone": [], "beside": []} for name in engines
    }
    for engine in engines.values():
        seconds(engine, asked, beside=0)
    for _ in range(tries):
        for name, engine in engines.items():
            for how, beside in (("alone", 0), ("beside", 1)):
                took = seconds(engine, asked, beside=beside)
                found[name][how].append(round(1000 * took / count, 3))
    for engine in engines.values():
        engine.close()
    slower = {
        name: round(median(one["beside"]) / median(one["alone"]), 2)
        for name, one in found.items()
    }
    print(json.dumps({"model": model, "samples": count, "ms": found, "slower": slower}))


if __name__ == "__main__":
    main()
