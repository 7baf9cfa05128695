"""Is a client that gets no processor told apart from one that does?

So many trials with four programs that spin on the client's processor, and as many
without. A trial measures 20 answers and asks the product's own watch. What a starved
client still knows is told as well: by how much its first stamps are off.
"""

import json
import os
import signal
import subprocess
import sys
from statistics import median

import django

from tests.bench.faithful.ours import ask, engine, prompt
from tests.bench.faithful.placing import CLIENT
from tests.bench.faithful.stamps import errors_of, plan

HOGS = 4
ANSWERS = 20


def run(port: int, *, trials: int) -> dict[str, object]:
    """Return how many trials of each kind were flagged."""
    plan(port, pieces=2)
    found: dict[str, object] = {"trials": trials, "hogs": HOGS}
    for name, hogs in (("starved", HOGS), ("left_alone", 0)):
        results = [_trial(port, hogs) for _ in range(trials)]
        found[name] = {
            "flagged": sum(one["flagged"] for one in results),
            "others_cores": [one["others"] for one in results],
            "late_ms": [one["late_ms"] for one in results],
            "stamp_ms": [one["stamp_ms"] for one in results],
        }
    return found


def _trial(port: int, hogs: int) -> dict:
    spin = ["taskset", "-c", str(CLIENT), sys.executable, "-c", "while True: pass"]
    own = [sys.executable, "-m", "tests.bench.faithful.starving", str(port)]
    with subprocess.Popen(
        ["taskset", "-c", str(CLIENT), *own],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        client.stdout.readline()
        # Sessions of their own: what they use is not the work of the one who measures.
        spinning = [subprocess.Popen(spin, start_new_session=True) for _ in range(hogs)]
        try:
            print(file=client.stdin, flush=True)
            return json.loads(client.stdout.readline())
        finally:
            for one in spinning:
                os.killpg(one.pid, signal.SIGKILL)
                one.wait()


def measure(port: int) -> dict[str, object]:
    """Measure some answers and tell what the watch saw meanwhile."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")
    django.setup()
    from advisor.runs.services.quiet import Watch, listeners

    with engine(port) as one:
        one.open()
        one.measure(prompt("warm"))
        one.lateness_ms()
        print("ready", flush=True)
        sys.stdin.readline()
        watch = Watch(listeners("127.0.0.1", port))
        seen = [ask(one, number) for number in range(ANSWERS)]
        noise = watch.noise(one.lateness_ms())
    times = [(each.first - each.started) * 1000 for each in seen]
    stamps, _ = errors_of(seen, port, wall=False)
    return {
        "flagged": noise.starved(median(times)),
        "others": None if noise.others is None else round(noise.others, 2),
        "late_ms": None if noise.late_ms is None else round(noise.late_ms, 2),
        "stamp_ms": round(median(stamps), 3),
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
