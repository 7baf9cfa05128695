"""How far is a client's first stamp from the moment when the stub wrote?

Two errors a request, in milliseconds. Stamp: the client's stamp of the first piece
minus the stub's stamp of writing it. TTFT: what the client tells minus the time from
the request's arrival at the stub to that writing, which adds the way there. Percentiles
are of the size of an error, whatever its sign; `least` keeps the sign, so that it shows
whether a stamp was ever earlier than the write.
"""

import json
import subprocess
import sys
from urllib.request import Request, urlopen

import numpy as np

from tests.bench.faithful import peer
from tests.bench.faithful.ours import Seen
from tests.bench.faithful.placing import CLIENT, placed

CONCURRENCIES = (1, 4, 16)


def run(port: int, *, pairs: int, requests: int) -> dict[str, object]:
    """Measure both, one after the other, so many times at each concurrency."""
    here = peer.program() is not None
    rows = []
    for concurrency in CONCURRENCIES:
        count = max(60, requests * concurrency // max(CONCURRENCIES))
        errors: dict[str, list[list[float]]] = {"ours": [], "guidellm": []}
        for pair in range(pairs):
            seed = 100 * concurrency + pair
            order = ["ours", "guidellm"] if here else ["ours"]
            for name in order if pair % 2 == 0 else reversed(order):
                plan(port, seed=seed)
                seen = _seen(name, port, concurrency, count)
                errors[name].append(errors_of(seen, port, wall=name != "ours"))
        rows.append({"concurrency": concurrency, "requests": count, **_told(errors)})
    return {
        "guidellm": peer.VERSION if here else "could not be installed; not compared",
        "pairs": pairs,
        "rows": rows,
    }


def _seen(name: str, port: int, concurrency: int, count: int) -> list[Seen]:
    if name == "guidellm":
        start = placed(CLIENT)
        return peer.stream(port, concurrency=concurrency, requests=count, start=start)
    command = [*placed(CLIENT), sys.executable, "-m", "tests.bench.faithful.ours"]
    command += [str(port), str(concurrency), str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [Seen(**one) for one in json.loads(done.stdout)]


def plan(port: int, **fields: object) -> None:
    """Let the stub start anew."""
    body = json.dumps(fields).encode()
    with urlopen(Request(f"http://127.0.0.1:{port}/plan", data=body)) as reply:
        reply.read()


def errors_of(seen: list[Seen], port: int, *, wall: bool) -> list[list[float]]:
    """Return the errors of stamps and of TTFT by what the stub noted on that clock."""
    with urlopen(f"http://127.0.0.1:{port}/truth") as reply:
        truths = json.loads(reply.read())["truths"]
    received = "received_wall" if wall else "received"
    wrote = "wrote_wall" if wall else "wrote"
    stamps, firsts = [], []
    for one in seen:
        truth = truths[one.number]
        stamps.append((one.first - truth[wrote][0]) * 1000)
        true_ttft = truth[wrote][0] - truth[received]
        firsts.append((one.first - one.started - true_ttft) * 1000)
    return [stamps, firsts]


def _told(errors: dict[str, list]) -> dict[str, object]:
    told: dict[str, object] = {}
    p99s: dict[str, list[float]] = {}
    for name, tries in errors.items():
        if not tries:
            continue
        for index, kind in enumerate(("stamp", "ttft")):
            each = [np.abs(one[index]) for one in tries]
            both = np.concatenate(each)
            p99 = [float(np.percentile(one, 99)) for one in each]
            told[f"{name}_{kind}_ms"] = {
                "p50": round(float(np.percentile(both, 50)), 3),
                "p99": round(float(np.percentile(both, 99)), 3),
                "p99_by_try": [round(one, 3) for one in p99],
                "least": round(min(min(one[index]) for one in tries), 3),
                "n": len(both),
            }
            if kind == "stamp":
                p99s[name] = p99
    if len(p99s) == 2:
        ratios = [a / b for a, b in zip(p99s["ours"], p99s["guidellm"], strict=True)]
        told["p99_ratio"] = {
            "median": round(float(np.median(ratios)), 3),
            "low": round(min(ratios), 3),
            "high": round(max(ratios), 3),
        }
    return told
