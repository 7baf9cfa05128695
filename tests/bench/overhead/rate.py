"""How near does a whole run come to the possible rate? ``rate PORT ROUNDS``, in JSON.

From the start of work to the verdict: the window that opens from 4 calls at once is
part of it, and so are claims, commits and the recommendation.
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
    seconds = ours.worked_off(run)
    used = time.process_time() - used
    possible = CONCURRENCY / LATENCY_S
    print(
        json.dumps(
            {
                "samples": count,
                "whole": round(count / seconds / possible, 4),
                "own_cpu_ms_a_call": round(used / count * 1000, 3),
            }
        )
    )


if __name__ == "__main__":
    main()
