"""How long to the right decision, against asking every model everything?

Six candidates and a reference at a stub, N = 1,000, 16 calls at once, delays in
proportion to what models of those sizes cost; answers drawn by a one-parameter item
response model, in three fields from clear to hard. Prints, for each: the product's
race, with the reference asked anew and with its answers from an earlier run; the
product asking everything; lm-evaluation-harness asking everything. --full draws five
sets of answers a field.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import geometric_mean
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
WEIGHTS = {"c1": 0.27, "c2": 0.6, "c3": 1.7, "c4": 4.0, "c5": 8.0, "c6": 14.0}
WEIGHTS["reference"] = 70.0
CONCURRENCY, SEED = 16, 20


def prepare(folder: Path) -> None:
    """Set up a database of the bench's own."""
    os.environ |= {"VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "tests.settings"}
    os.environ["DATABASE_URL"] = os.environ.get("BENCH_DATABASE_URL") or (
        f"sqlite:///{folder / 'bench.sqlite3'}"
    )
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


@contextmanager
def stub(folder: Path, wrong: dict[str, list[str]], unit: float) -> Iterator[int]:
    """Serve the models from a process of its own; yield the port."""
    script = {
        name: {"delay_s": weight * unit, "wrong": wrong[name]}
        for name, weight in WEIGHTS.items()
    }
    path = folder / "script.json"
    path.write_text(json.dumps(script))
    words = [sys.executable, "-m", "tests.bench.headline.stub", str(path)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


def drawn(field: str, number: int, n: int) -> dict[str, list[str]]:
    """Return by model the samples that it answers wrongly."""
    from tests.bench.decision import racing, shapes

    rng = np.random.default_rng((SEED, number, n))
    levels = (racing.REFERENCE, *racing.FIELDS[field])
    rows = shapes.answers(rng, 1, n, levels)
    names = ["reference", *[name for name in WEIGHTS if name != "reference"]]
    return {
        name: [f"s{i:04}" for i in np.flatnonzero(~row[0].astype(bool))]
        for name, row in zip(names, rows, strict=True)
    }


def right_pick(wrong: dict[str, list[str]], n: int) -> str:
    """Return the cheapest candidate within the margin on all samples."""
    most = len(wrong["reference"]) + 0.05 * n + 1e-9
    names = [name for name in WEIGHTS if name != "reference"]
    return next((one for one in names if len(wrong[one]) <= most), "none_qualifies")


def case(field: str, number: int, given: Any) -> dict[str, Any]:
    """Run one set of answers through all four."""
    from django.conf import settings

    from tests.bench.headline import ours, peer

    wrong = drawn(field, number, given.n)
    n, pick = given.n, right_pick(wrong, given.n)
    with (
        tempfile.TemporaryDirectory() as name,
        stub(Path(name), wrong, given.unit) as port,
    ):
        settings.ALLOWED_PRIVATE_ENDPOINTS = [f"127.0.0.1:{port}"]
        same = {"n": n, "concurrency": CONCURRENCY}
        fresh, known = ours.project(), ours.project()
        found: dict[str, Any] = {"field": field, "set": number, "right": pick}
        found["race"] = ours.evaluate(fresh, port, WEIGHTS, stop="decided", **same)
        pinned = {"pinned": "r1", **same}
        if given.no_everything:
            earlier = {name: WEIGHTS[name] for name in ("c1", "reference")}
            quick = {**pinned, "concurrency": 4 * CONCURRENCY}
            ours.evaluate(known, port, earlier, stop="exhausted", **quick)
        else:
            found["everything"] = ours.evaluate(
                known, port, WEIGHTS, stop="exhausted", **pinned
            )
        found["race, reference known"] = ours.evaluate(
            known, port, WEIGHTS, stop="decided", **pinned
        )
        if not (peer.missing() or given.no_peer):
            models = list(WEIGHTS)
            found["lm-eval"] = peer.exhaustive(Path(name), port, models, n, CONCURRENCY)
    return found


def told(found: dict[str, Any]) -> str:
    """Return one line of one set."""
    parts = [f"{found['field']:8} right {found['right']}"]
    for name in ("race", "race, reference known", "everything", "lm-eval"):
        if one := found.get(name):
            calls = f" {one['sent']} sent" if "sent" in one else ""
            pick = f" -> {one['recommended']}" if "recommended" in one else ""
            parts.append(f"{name} {one['seconds']:.1f} s{calls}{pick}")
    return " | ".join(parts)


def summary(cases: list[dict[str, Any]]) -> dict[str, Any]:
    """Return ratios of times and calls, and the share of right verdicts."""
    result: dict[str, Any] = {}
    for mine in ("race", "race, reference known"):
        right = [one[mine]["recommended"] == one["right"] for one in cases]
        result[mine] = {"same verdict": sum(right) / len(right)}
        for theirs in ("everything", "lm-eval"):
            for field in (None, *sorted({one["field"] for one in cases})):
                ratios = [
                    one[theirs]["seconds"] / one[mine]["seconds"]
                    for one in cases
                    if theirs in one and field in (None, one["field"])
                ]
                if ratios:
                    name = f"times faster than {theirs}, {field or 'all fields'}"
                    result[mine][name] = {
                        "geometric mean": round(geometric_mean(ratios), 2),
                        "least": round(min(ratios), 2),
                        "most": round(max(ratios), 2),
                    }
        calls = [len(WEIGHTS) * one["n"] / one[mine]["sent"] for one in cases]
        result[mine]["calls saved"] = round(geometric_mean(calls), 2)
    return result


def main() -> None:
    """Run the sets, print the lines, write var/bench/headline.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="five sets a field")
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--unit", type=float, default=0.01, help="seconds of weight 1")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument(
        "--no-everything",
        action="store_true",
        help="leave out the product asking everything",
    )
    parser.add_argument("--fields", nargs="*", help="clear, typical, hard; default all")
    parser.add_argument("--first", type=int, default=0, help="number of the first set")
    parser.add_argument("--add", action="store_true", help="to the sets of before")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))
        from tests.bench.decision import racing
        from tests.bench.headline import peer

        if peer.missing():
            print(peer.missing())
        cases = []
        for number in range(given.first, given.first + (5 if given.full else 1)):
            for field in given.fields or racing.FIELDS:
                cases.append({"n": given.n} | case(field, number, given))
                print(told(cases[-1]), flush=True)
    target = ROOT / "var/bench/headline.json"
    if given.add and target.exists():
        cases = [*json.loads(target.read_text())["cases"], *cases]
    found = {
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "python": platform.python_version(),
        "seed": SEED,
        "unit_s": given.unit,
        "concurrency": CONCURRENCY,
        "summary": summary(cases),
        "cases": cases,
    }
    print(json.dumps(found["summary"], indent=1))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(found, indent=1, default=str))


if __name__ == "__main__":
    main()
