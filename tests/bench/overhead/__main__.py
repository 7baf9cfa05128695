"""What does a run cost beyond the calls that it makes?

model: real models, two small ones that ship and one of 27 million parameters, the wall
time of a run over the same calls of its engine in a bare loop (limit 1.03). null: a
model that answers at once, in milliseconds a sample from launch to verdict, on a
PostgreSQL whose commits reach the disk (limit 0.3). rate: answers a second at an
endpoint, over what 64 calls of 0.2 s at once allow, until the last answer and through
the whole run (limit 0.97).
beside: how much slower a model is with one busy process beside (limit 3), and with the
library's own way of waiting. Each part in a process of its own.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import tests.services as services
from tests.bench.overhead import endpoint

ROOT = Path(__file__).resolve().parents[3]
DURABLE = ("fsync=on", "full_page_writes=on", "synchronous_commit=on")
# Which task, and how many samples: each run takes 5 to 15 seconds.
MODELS = (("tickets", 2000), ("extract", 1000), ("27m", 400))
LIMITS = {"model": 1.03, "null": 0.3, "rate": 0.97, "beside": 3.0}


def measured(part: str, url: str, *words: object) -> Any:
    """Run one part in a process of its own, on an empty database."""
    command = [sys.executable, "-m", f"tests.bench.overhead.{part}"]
    done = subprocess.run(
        [*command, *map(str, words)],
        env={**os.environ, "BENCH_DATABASE_URL": url, "OMP_NUM_THREADS": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return json.loads(done.stdout.splitlines()[-1])


def parts(given: argparse.Namespace) -> dict[str, Any]:
    """Return what the chosen parts found."""
    found: dict[str, Any] = {}
    tries = 5 if given.full else 1
    with services.private_postgres() as server:

        def fresh() -> str:
            url = services.new_database(server.url)
            services.migrate({"DATABASE_URL": url})
            return url

        if "model" in given.parts:
            runs = given.runs or (15 if given.full else 2)
            found["model"] = [
                measured("model", fresh(), name, count, runs) for name, count in MODELS
            ]
        if "beside" in given.parts:
            found["beside"] = measured("beside", fresh(), 100, 5 if given.full else 2)
        if "null" in given.parts:
            count = 10_000 if given.full else 2000
            found["null"] = [measured("null", fresh(), count) for _ in range(tries)]
        if "rate" in given.parts:
            rounds = given.rounds or (150 if given.full else 30)
            with endpoint.served() as port:
                found["rate"] = [
                    measured("rate", fresh(), port, rounds)
                    for _ in range(3 if given.full else 1)
                ]
    return found


def told(found: dict[str, Any]) -> None:
    """Print each ratio against its limit."""
    if "model" in found:
        for one in found["model"]:
            spread = f"95 % {one['low']:.3f} to {one['high']:.3f}"
            told = f"{one['median']:.3f} ({spread}; limit 1.03)"
            print(f"model {one['model']}: run / bare loop {told} of {one['ratios']}")
    if "beside" in found:
        slower = found["beside"]["slower"]
        told = f"x{slower['ours']} with a busy process beside (limit x3)"
        print(f"beside: {told}, the library's own waiting x{slower['library']}")
    if "null" in found:
        each = [one["ms_a_sample"] for one in found["null"]]
        print(f"null: {median(each):.3f} ms a sample (limit 0.3) of {each}")
    if "rate" in found:
        for name, until in (("calls", "the last answer"), ("whole", "the verdict")):
            shares = [one[name] for one in found["rate"]]
            told = f"{median(shares):.3f} of what is possible, to {until}"
            print(f"rate: {told} (limit 0.97), {shares}")


def main() -> None:
    """Run the chosen parts, print them, write var/bench/overhead.json."""
    parser = argparse.ArgumentParser(prog="scripts/bench/overhead", description=__doc__)
    parser.add_argument("parts", nargs="*", default=list(LIMITS))
    parser.add_argument("--full", action="store_true", help="what is cited")
    parser.add_argument("--runs", type=int, help="of each model; 15 in full")
    parser.add_argument("--rounds", type=int, help="of 64 calls; 150 in full")
    given = parser.parse_args()
    services.POSTGRES_SETTINGS = (*DURABLE, "shared_buffers=128MB")
    found = parts(given)
    told(found)
    target = ROOT / "var/bench/overhead.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(target.read_text()) if target.exists() else {}
    machine = {
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
        "limits": LIMITS,
    }
    target.write_text(json.dumps(known | machine | found, indent=1) + "\n")


if __name__ == "__main__":
    main()
