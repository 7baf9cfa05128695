"""What does a run of a real model add to its calls? ``model NAME COUNT RUNS``, in JSON.

The engine writes down which prompts a run gave it, call by call; the bare loop gives it
the same ones again. One after the other in turn, the model loaded once: each run is
compared with the loops before and after it, as a machine grows slower and faster.
NAME is a shipped sample pack, asked of its reference as a project would (``tickets``:
a label of a model of 3 million parameters, ``extract``: JSON of one of 2 million), or
``27m``, a random Llama of 27 million that writes 16 tokens to 120 random words.
"""

import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from tests.bench.local_engine.__main__ import model_folder
from tests.bench.local_engine.figures import interval
from tests.bench.local_engine.workloads import WORDS
from tests.bench.overhead import ours

WORDS_A_TEXT = 120


class Noted:
    """Writes down the calls of an engine, and makes them again."""

    def __init__(self, engine: Any) -> None:
        self.answer, self.calls = engine.answer, list[list[Any]]()
        engine.answer = self._answer

    def _answer(self, prompts: Sequence[Any]) -> Iterator[Any]:
        self.calls.append(list(prompts))
        return iter(self.answer(prompts))

    def again(self) -> float:
        """Make the calls of the last run in a bare loop; return the seconds."""
        start = time.perf_counter()
        for prompts in self.calls:
            for answer in self.answer(prompts):
                assert answer.failure is None
        return time.perf_counter() - start


def task(name: str, count: int) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    """Return the model, ``count`` samples and the rest of a setup."""
    if name == "27m":
        told = {"max_output_tokens": 16, "prompt": "{input}"}
        return str(model_folder()), texts(count), told
    from advisor.builtin import PREFIX, sample_pack

    pack = sample_pack(name)
    rows = [json.loads(line) for line in pack.path.read_text().splitlines()]
    samples = [rows[at % len(rows)] | {"id": f"t{at:05}"} for at in range(count)]
    told = {
        "max_output_tokens": pack.max_output_tokens,
        "prompt": pack.prompt,
        "scorer": pack.scorer,
    }
    return PREFIX + pack.reference, samples, told


def texts(count: int) -> list[dict[str, Any]]:
    """Return samples of random words of the larger model."""
    draw = random.Random(count)

    def words(number: int) -> str:
        return " ".join(f"w{draw.randrange(4, WORDS)}" for _ in range(number))

    return [
        {"id": f"x{at:05}", "input": words(WORDS_A_TEXT), "expected": words(1)}
        for at in range(count)
    ]


def main() -> None:
    """Measure runs between bare loops; print their ratios."""
    name, (count, runs) = sys.argv[1], map(int, sys.argv[2:4])
    ours.prepare()
    from advisor.runs import services
    from advisor.runs.services.holding import held_engine

    model, samples, told = task(name, count)
    entry = {"id": "large", "engine": "transformers", "model": model}
    run, _ = ours.opened(entry, samples[:32], **told)
    ours.worked_off(run)
    with held_engine(run.candidates.get()) as (engine, _):
        noted = Noted(engine)
    took, bare = list[float](), list[float]()
    # The first run is not counted: its calls are those of the first loop.
    for _ in range(runs + 1):
        noted.calls.clear()
        run, _ = ours.opened(entry, samples, **told)
        took.append(ours.worked_off(run))
        bare.append(noted.again())
    services.close_engines()
    around = [(before + after) / 2 for before, after in pairwise(bare)]
    ratios = [run / loop for run, loop in zip(took[1:], around, strict=True)]
    print(
        json.dumps(
            {
                "model": name,
                "samples": count,
                **interval(ratios),
                "ratios": [round(one, 4) for one in ratios],
                "run_s": [round(one, 3) for one in took],
                "bare_ms_a_sample": [round(one / count * 1000, 3) for one in bare],
            }
        )
    )


if __name__ == "__main__":
    main()
