"""How long to the right decision, against asking every model everything?

Six candidates and a reference at a stub, N = 1,000, 16 calls at once, delays in
proportion to what models of those sizes cost; answers drawn by a one-parameter item
response model, in three fields from clear to hard. Prints, for each: the product's
race, with the reference asked anew and with its answers from an earlier run; the
product asking everything; lm-evaluation-harness asking everything. Beside them stands
the bound: the calls that a race made, at 16 at once, and nothing else. --full draws
five sets of answers a field.
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
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[3]
WEIGHTS = {"c1": 0.27, "c2": 0.6, "c3": 1.7, "c4": 4.0, "c5": 8.0, "c6": 14.0}
WEIGHTS["reference"] = 70.0
CONCURRENCY, SEED = 16, 20
TARGET = ROOT / "var/bench/headline.json"


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


def bound_s(sent: dict[str, int], unit: float) -> float:
    """Return the seconds that the calls of a race take at least.

    The reference is asked beside the candidates, and these one after the other.
    """
    took = {name: n * WEIGHTS[name] * unit / CONCURRENCY for name, n in sent.items()}
    reference = took.pop("reference", 0.0)
    return max(reference, sum(took.values()))


def case(
    field: str, number: int, given: Any, peer_s: float | None = None
) -> dict[str, Any]:
    """Run one set of answers through all four; ``peer_s`` spares asking the peer."""
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
        for race in (found["race"], found["race, reference known"]):
            race["bound"] = bound_s(race["sent by model"], given.unit)
        if peer_s is not None:
            found["lm-eval"] = {"seconds": peer_s, "measured at another set": True}
        elif not (given.no_peer or peer.missing()):
            models = list(WEIGHTS)
            found["lm-eval"] = peer.exhaustive(Path(name), port, models, n, CONCURRENCY)
    return found


def peers_before(cases: list[dict[str, Any]], given: Any) -> dict[str, float]:
    """Return the seconds of the peer by field as they were measured before.

    They depend on the delays and the number of samples, not on who answers right.
    """
    return {
        one["field"]: one["lm-eval"]["seconds"]
        for one in cases
        if "lm-eval" in one and (one["n"], one["unit"]) == (given.n, given.unit)
    }


def arguments() -> argparse.Namespace:
    """Return what was asked for on the command line."""
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
    parser.add_argument(
        "--peer-once", action="store_true", help="ask the peer for one set a field only"
    )
    return parser.parse_args()


def store(cases: list[dict[str, Any]], given: argparse.Namespace) -> dict[str, Any]:
    """Write var/bench/headline.json and return what the sets say together."""
    from tests.bench.headline import table

    found = {
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "python": platform.python_version(),
        "database": os.environ["DATABASE_URL"].split(":")[0],
        "seed": SEED,
        "unit_s": given.unit,
        "concurrency": CONCURRENCY,
        "summary": table.summary(cases),
        "cases": cases,
    }
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(found, indent=1, default=str))
    return dict(found["summary"])


def main() -> None:
    """Run the sets and print the lines; what is there is kept after each set."""
    given = arguments()
    cases = []
    if given.add and TARGET.exists():
        # What an older form of this bench wrote has no bound.
        before = json.loads(TARGET.read_text())["cases"]
        cases = [one for one in before if "everything calls" in one]
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))
        from tests.bench.decision import racing
        from tests.bench.headline import peer, table

        if peer.missing():
            print(peer.missing())
        for number in range(given.first, given.first + (5 if given.full else 1)):
            for field in given.fields or racing.FIELDS:
                known = peers_before(cases, given) if given.peer_once else {}
                named = {"n": given.n, "unit": given.unit}
                named["everything calls"] = len(WEIGHTS) * given.n
                cases.append({**named, **case(field, number, given, known.get(field))})
                print(table.told(cases[-1]), flush=True)
                found = store(cases, given)
    print(json.dumps(found, indent=1))
    print("\n".join(table.rows(found)))


if __name__ == "__main__":
    main()
