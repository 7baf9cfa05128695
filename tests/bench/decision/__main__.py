"""Run the parts that are named, print them and write them to var/bench/."""

import argparse
import json
import platform
from pathlib import Path
from time import perf_counter

from tests.bench.decision import power, racing, recorded, speed, validity

PARTS = {  # each with its number of runs: short, full
    "validity": (validity.run, 1000, 10_000),
    "coverage": (validity.coverage, 100, 10_000),
    "power": (power.run, 1000, 10_000),
    "race": (racing.run, 200, 1000),
    "recorded": (recorded.run, 5, 20),
    "speed": (speed.run, 3, 10),
}


def main() -> None:
    """Run the chosen parts in turn."""
    reader = argparse.ArgumentParser(prog="scripts/bench/decision", description=__doc__)
    reader.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    reader.add_argument(
        "--full", action="store_true", help="the number of runs to cite"
    )
    given = reader.parse_args()
    folder = Path(__file__).parents[3] / "var/bench"
    folder.mkdir(parents=True, exist_ok=True)
    for name in given.parts or PARTS:
        part, short, full = PARTS[name]
        start = perf_counter()
        found = {"machine": platform.machine(), **part(full if given.full else short)}
        found["seconds"] = round(perf_counter() - start, 1)
        text = json.dumps(found, indent=1)
        (folder / f"decision-{name}.json").write_text(text + "\n")
        print(f"{name}\n{text}", flush=True)


main()
