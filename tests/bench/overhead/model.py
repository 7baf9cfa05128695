"""What does a run of a real model add to its calls? ``model COUNT PAIRS``, in JSON.

The engine writes down which prompts a run gave it, call by call; the bare loop gives it
the same ones again. One after the other in turn, the model loaded once.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from tests.bench.overhead import ours

MODEL = "builtin/tickets-large"


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


def main() -> None:
    """Measure pairs of a run and a bare loop; print their ratios."""
    count, pairs = map(int, sys.argv[1:3])
    ours.prepare()
    from advisor.runs import services
    from advisor.runs.services.holding import held_engine

    entry = {"id": "large", "engine": "transformers", "model": MODEL}
    told = {"max_output_tokens": 16, "prompt": "{input}"}
    run, _ = ours.opened(entry, tickets(32), **told)
    ours.worked_off(run)
    with held_engine(run.candidates.get()) as (engine, _):
        noted = Noted(engine)
    rows = []
    for _ in range(pairs):
        noted.calls.clear()
        run, _ = ours.opened(entry, tickets(count), **told)
        seconds = ours.worked_off(run)
        rows.append((seconds, noted.again(), len(noted.calls)))
    services.close_engines()
    print(
        json.dumps(
            {
                "model": MODEL,
                "samples": count,
                "ratios": [round(run / bare, 4) for run, bare, _ in rows],
                "run_s": [round(one[0], 3) for one in rows],
                "bare_ms_a_sample": [round(one[1] / count * 1000, 3) for one in rows],
                "calls": [one[2] for one in rows],
            }
        )
    )


if __name__ == "__main__":
    main()
