"""Run the parts that are named, print them and write them to var/bench/."""

import argparse
import json
import os
import platform
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from tests.bench.faithful import rate, stamps, starving
from tests.bench.faithful.placing import SERVER, may_go_first, placed

PARTS = {  # each with its sizes: short, full
    "stamps": (
        stamps.run,
        {"pairs": 1, "requests": 120},
        {"pairs": 3, "requests": 320},
    ),
    "starved": (starving.run, {"trials": 3}, {"trials": 20}),
    "rate": (rate.run, {"pairs": 1, "rounds": 20}, {"pairs": 5, "rounds": 40}),
}


def main() -> None:
    """Run the chosen parts in turn."""
    reader = argparse.ArgumentParser(prog="scripts/bench/faithful", description=__doc__)
    reader.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    reader.add_argument("--full", action="store_true", help="the sizes to cite")
    given = reader.parse_args()
    folder = Path(__file__).parents[3] / "var/bench"
    folder.mkdir(parents=True, exist_ok=True)
    for name in given.parts or PARTS:
        part, short, full = PARTS[name]
        start, load = time.perf_counter(), os.getloadavg()
        with _stub() as port:
            found = part(port, **(full if given.full else short))
        told = {
            "machine": f"{platform.machine()}, {os.cpu_count()} processors",
            "python": platform.python_version(),
            "load_average": [round(one, 1) for one in (*load[:1], os.getloadavg()[0])],
            "before_others": may_go_first(),
            **found,
            "seconds": round(time.perf_counter() - start, 1),
        }
        text = json.dumps(told, indent=1)
        (folder / f"faithful-{name}.json").write_text(text + "\n")
        print(f"{name}\n{text}", flush=True)


class _stub:  # noqa: N801 - used as a function
    """Run the stub on a free port of its own processor."""

    def __enter__(self) -> int:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = int(free.getsockname()[1])
        command = [*placed(SERVER), sys.executable, "-m", "tests.bench.faithful.stub"]
        self._process = subprocess.Popen([*command, str(port)])
        while True:
            try:
                urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=1).close()
                return port
            except OSError:
                time.sleep(0.1)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


main()
