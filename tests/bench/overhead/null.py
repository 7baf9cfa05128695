"""What does a sample cost whose model answers at once? ``null COUNT``, in JSON."""

import json
import sys
import time

from tests.bench.overhead import ours


def main() -> None:
    """Run once to warm up and once to measure; print the milliseconds a sample."""
    count = int(sys.argv[1])
    ours.prepare()
    warm, _ = ours.opened({"id": "warm"}, 64)
    ours.worked_off(warm)
    run, launching = ours.opened({"id": "null"}, count)
    used = time.process_time()
    working = ours.worked_off(run)
    used = time.process_time() - used
    each = {
        "ms_a_sample": launching + working,
        "launch_ms": launching,
        "work_ms": working,
        "own_cpu_ms": used,
    }
    told = {name: round(value / count * 1000, 4) for name, value in each.items()}
    print(json.dumps({"samples": count} | told))


if __name__ == "__main__":
    main()
