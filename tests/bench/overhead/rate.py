"""How near does a whole run come to the possible rate? ``rate PORT ROUNDS``, in JSON.

``calls`` from the start of work until the last answer is stored: the window that opens
is part of it, and so are claims and commits. ``whole`` to the verdict.
"""

import json
import sys
import time

from tests.bench.overhead import ours
from tests.bench.overhead.endpoint import LATENCY_S

CONCURRENCY = 64


def main() -> None:
    """Run, and print the share of what concurrency and latency allow."""
    port, rounds = map(int, sys.argv[1:3])
    ours.prepare()
    from django.conf import settings

    settings.ALLOWED_PRIVATE_ENDPOINTS = [f"127.0.0.1:{port}"]
    candidate = {
        "id": "served",
        "engine": "openai",
        "base_url": f"http://127.0.0.1:{port}/v1",
        "concurrency": CONCURRENCY,
    }
    count = CONCURRENCY * rounds
    run, _ = ours.opened(candidate, count, max_output_tokens=4)
    used = time.process_time()
    start, ends = time.perf_counter(), [0.0]
    seconds = ours.worked_off(run, lambda _: ends.append(time.perf_counter() - start))
    used = time.process_time() - used
    possible = CONCURRENCY / LATENCY_S
    print(
        json.dumps(
            {
                "samples": count,
                "calls": round(count / ends[-1] / possible, 4),
                "whole": round(count / seconds / possible, 4),
                "own_cpu_ms_a_call": round(used / count * 1000, 3),
            }
        )
    )


if __name__ == "__main__":
    main()
