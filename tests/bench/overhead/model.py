"""What does a run of a real model add to its calls? ``model NAME COUNT RUNS``, in JSON.

The engine writes down which prompts a run gave it, call by call; the bare loop gives it
the same ones again. One after the other in turn, the model loaded once: each run is
compared with the loops before and after it, as a machine grows slower and faster.
NAME is ``tickets``, the shipped model of 3 million parameters, or ``27m``, a random
Llama of 27 million that writes 16 tokens to 120 random words.
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

MODEL = "builtin/tickets-large"
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


def tickets(count: int) -> list[dict[str, Any]]:
    """Return samples of the shipped pack, repeated to ``count`` under new ids."""
    from advisor.builtin import sample_pack

    lines = sample_pack("tickets").path.read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    return [
        {
            "id": f"t{at:05}",
            "input": rows[at % len(rows)]["input"],
            "expected": str(rows[at % len(rows)]["expected"]),
        }
        for at in range(count)
    ]


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

    samples = tickets if name == "tickets" else texts
    model = MODEL if name == "tickets" else str(model_folder())
    entry = {"id": "large", "engine": "transformers", "model": model}
    told = {"max_output_tokens": 16, "prompt": "{input}"}
    run, _ = ours.opened(entry, samples(32), **told)
    ours.worked_off(run)
    with held_engine(run.candidates.get()) as (engine, _):
        noted = Noted(engine)
    took, bare = list[float](), list[float]()
    # The first run is not counted: its calls are those of the first loop.
    for _ in range(runs + 1):
        noted.calls.clear()
        run, _ = ours.opened(entry, samples(count), **told)
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
