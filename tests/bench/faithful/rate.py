"""How near does our engine come to the rate that concurrency and latency allow?

The stub answers whole after 200 ms; at 64 at once that is 320 a second. The window
opens from 4, so that the whole is told as well as the time once it is open.
"""

import json
import resource
import subprocess
import sys
import time

from tests.bench.faithful.ours import engine, prompt
from tests.bench.faithful.placing import CLIENT, placed

LATENCY_S = 0.2


def run(port: int, *, pairs: int, rounds: int) -> dict[str, object]:
    """Return the shares of the possible rate, each try in a process of its own."""
    rows = []
    for concurrency in (8, 64):
        command = [*placed(CLIENT), sys.executable, "-m", "tests.bench.faithful.rate"]
        command += [str(port), str(concurrency), str(rounds)]
        tries = []
        for _ in range(pairs):
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            tries.append(json.loads(done.stdout))
        rows.append({"concurrency": concurrency, "tries": tries})
    return {"latency_s": LATENCY_S, "rows": rows}


def measure(port: int, concurrency: int, rounds: int) -> dict[str, float]:
    """Ask for so many rounds of answers and time them."""
    count = concurrency * rounds
    asked = [prompt(number) for number in range(count)]
    ends = []
    used = _used_s()
    with engine(port, concurrency=concurrency) as one:
        one.open()
        start = time.perf_counter()
        for answer in one.answer(asked):
            assert answer.failure is None, answer.failure
            ends.append(time.perf_counter())
    possible = concurrency / LATENCY_S
    first, last = count // 4, count - concurrency
    steady = (last - first) / (ends[last] - ends[first])
    return {
        "whole": round(count / (ends[-1] - start) / possible, 4),
        "open": round(steady / possible, 4),
        "cpu_ms_a_call": round((_used_s() - used) / count * 1000, 3),
    }


def _used_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:4]))))
