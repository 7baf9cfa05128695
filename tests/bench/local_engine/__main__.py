"""How fast is the local engine beside lm-evaluation-harness and static batches?

On the same model, prompts, tokens and precision (fp32): choice scoring in four cells
and on the built-in tickets, then writing with forced lengths. The peer's batch size is
the best of several, found first. Both sides take turns; ratios are medians over
rounds, of processor time and of wall time, with a bootstrap interval. Answers are
compared. --full takes more samples and rounds, --batches fewer sizes for the peer. Rows
are kept in var/bench/local-engine.json, so that parts may be measured call by call. The
part `gpu` is apart: it measures on a GPU and has options of its own.
"""

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.local_engine import builtin_task, workloads
from tests.bench.local_engine.figures import interval, largest_error
from tests.bench.local_engine.model import SHAPE
from tests.bench.local_engine.peak import multiplied, peak_per_second
from tests.bench.local_engine.sides import Ours, Peer

ROOT = Path(__file__).parents[3]
BENCH = ROOT / "var" / "bench"
KEPT = BENCH / "local-engine.json"
PYTHON = BENCH / "venvs" / "lm-eval" / "bin" / "python"
MISSING = (
    "lm-evaluation-harness is not there. Make its environment with:\n"
    "  python3 -m venv var/bench/venvs/lm-eval\n"
    "  var/bench/venvs/lm-eval/bin/pip install torch==2.13.0 transformers==5.23.0"
    " lm-eval accelerate"
)
BATCHES = (1, 4, 8, 16, 32, 64)


def best_batch(work, items, sizes):
    """Return the batch size at which the peer needs least processor time."""
    took = {size: work(items, size).cpu_s for size in sizes}
    return min(took, key=took.get), took


def rounds(ours, theirs, items, batch, count):
    """Let both sides take turns; return ratios, rates and the last results."""
    ours(items), theirs(items, batch)
    pairs = []
    for number in range(count):
        if number % 2:
            other = theirs(items, batch)
            own = ours(items)
        else:
            own = ours(items)
            other = theirs(items, batch)
        pairs.append((own, other))
    return {
        "samples": len(items),
        "batch": batch,
        "ratio_cpu": interval([b.cpu_s / a.cpu_s for a, b in pairs]),
        "ratio_wall": interval([b.wall_s / a.wall_s for a, b in pairs]),
        "ours_per_cpu_s": len(items) / statistics.median(a.cpu_s for a, _ in pairs),
        "theirs_per_cpu_s": len(items) / statistics.median(b.cpu_s for _, b in pairs),
    }, pairs[-1]


def told(name, row):
    cpu, wall = row["ratio_cpu"], row["ratio_wall"]
    print(
        f"{name:15} x{cpu['median']:.2f} ({cpu['low']:.2f} to {cpu['high']:.2f}) cpu,"
        f" x{wall['median']:.2f} ({wall['low']:.2f} to {wall['high']:.2f}) wall,"
        f" {row['ours_per_cpu_s']:.1f} samples/cpu-s, peer's batch {row['batch']},"
        f" {row['check']}",
        flush=True,
    )


def choices(ours, peer, size, tokens, prefix):
    """Measure one of the four cells of choices."""
    items = workloads.choice_items(size.items, size=tokens, prefix=prefix, seed=1)
    batch, sweep = best_batch(peer.weigh, items[: size.tuning], size.batches)
    row, last = rounds(ours.weigh, peer.weigh, items, batch, size.rounds)
    row["sweep_cpu_s"] = sweep
    row["largest_error"] = largest_error(last[0].result, last[1].result)
    row["check"] = f"largest error {row['largest_error']:.1e}"
    work = multiplied(SHAPE, items, prefix)
    row["share_of_peak"] = work / last[0].cpu_s / peak_per_second()
    row["check"] += f", {row['share_of_peak']:.0%} of the matrix peak"
    return row


def spoken(told):
    """Leave out word 0, which fills up rows: a text does not tell it."""
    return [[word for word in one if word] for one in told]


def writing(ours, peer, size, spread):
    """Measure writing at one spread of lengths."""
    items = workloads.writing_items(size.writes, spread=spread, seed=2)
    batch, sweep = best_batch(peer.write, items[: size.tuning_writes], size.batches)
    row, last = rounds(ours.write, peer.write, items, batch, size.rounds)
    alone = spoken(peer.write(items[: size.alone], 1).result)
    own, static = (spoken(one.result) for one in last)
    same = [a == b for a, b in zip(own, alone, strict=False)]
    batched = [a == b for a, b in zip(own, static, strict=True)]
    row |= {
        "sweep_cpu_s": sweep,
        "identical_to_batch_1": [sum(same), len(same)],
        "identical_to_static": [sum(batched), len(batched)],
        "tokens": sum(item["limit"] for item in items),
    }
    row["check"] = (
        f"identical to batch 1: {sum(same)} of {len(same)}, to static batches:"
        f" {sum(batched)} of {len(batched)}"
    )
    return row


def tickets(size, threads):
    """Measure the choice of labels on the built-in tickets."""
    folder, items = builtin_task.task(size.tickets)
    ours, peer = Ours(folder, threads), Peer(PYTHON, folder, threads)
    batch, sweep = best_batch(peer.weigh, items[: size.tuning], size.batches)
    row, last = rounds(ours.weigh, peer.weigh, items, batch, size.rounds)
    row["sweep_cpu_s"] = sweep
    row["largest_error"] = largest_error(last[0].result, last[1].result)
    row["check"] = f"largest error {row['largest_error']:.1e}"
    ours.close(), peer.close()
    return row


CELLS = {f"choices-{size}-{prefix}": (size, prefix) for size, prefix in workloads.CELLS}
SPREADS = {"writing-1": 1.0, "writing-0.5": 0.5}
PARTS = (*CELLS, *SPREADS, "tickets")


def model_folder():
    """Return the folder of the bench's model; make it where it is missing."""
    folder = BENCH / "local-engine-27m-endless"
    if not (folder / "tokenizer.json").exists():
        maker = [sys.executable, "-m", "tests.bench.local_engine.model", str(folder)]
        subprocess.run(maker, check=True, capture_output=True)
    return folder


def measured(parts, size, threads):
    """Yield (part, row, versions) of the chosen parts, one by one."""
    folder = model_folder()
    ours, peer = Ours(folder, threads), Peer(PYTHON, folder, threads)
    versions = {"ours": dict(ours.facts.versions), "peer": peer.versions}
    for part in parts:
        if part in CELLS:
            yield part, choices(ours, peer, size, *CELLS[part]), versions
        elif part in SPREADS:
            yield part, writing(ours, peer, size, SPREADS[part]), versions
    ours.close(), peer.close()
    if "tickets" in parts:
        yield "tickets", tickets(size, threads), versions


def mean_of_cells(rows, full):
    """Return the geometric mean of the four cells; None while one is missing."""
    cells = [rows[one] for one in CELLS if rows.get(one, {}).get("full") == full]
    if len(cells) < len(CELLS):
        return None
    return math.prod(c["ratio_cpu"]["median"] for c in cells) ** (1 / len(cells))


def keep(rows, full):
    """Write the rows that are known, with the machine they were measured on."""
    document = {
        "machine": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "seeds": {"choices": 1, "writing": 2, "model": 0, "bootstrap": 0},
        "geometric_mean_of_cells": mean_of_cells(rows, full),
        "rows": rows,
    }
    KEPT.write_text(json.dumps(document, indent=1) + "\n")


def chosen():
    """Read the command line; return it and how much of everything is measured."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench/local_engine", description=__doc__
    )
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--batches", type=int, nargs="+", default=BATCHES)
    given = parser.parse_args()
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    return given, argparse.Namespace(
        items=48 if given.full else 16,
        tuning=16,
        writes=256 if given.full else 128,
        tuning_writes=96 if given.full else 64,
        alone=64 if given.full else 16,
        tickets=160 if given.full else 64,
        rounds=given.rounds or (7 if given.full else 3),
        batches=given.batches,
    )


def main():
    if sys.argv[1:2] == ["gpu"]:
        from tests.bench.local_engine import gpu

        return gpu.main(sys.argv[2:])
    given, size = chosen()
    if not PYTHON.exists():
        raise SystemExit(MISSING)
    known = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    rows = {name: row for name, row in known.get("rows", {}).items() if name in PARTS}
    for part, row, versions in measured(given.parts or PARTS, size, given.threads):
        told(part, row)
        rows[part] = row | {
            "full": given.full,
            "threads": given.threads,
            "date": time.strftime("%Y-%m-%d"),
            "load": os.getloadavg(),
            "versions": versions,
        }
        keep(rows, given.full)
    if mean := mean_of_cells(rows, given.full):
        print(f"geometric mean of the four cells: x{mean:.2f}", flush=True)


if __name__ == "__main__":
    main()
