"""How fast is the local engine beside lm-evaluation-harness and static batches?

On the same model, prompts, tokens and precision (fp32): choice scoring in four cells
and on the built-in tickets, then writing with forced lengths. The peer's batch size is
the best of several, found first. Both sides take turns; ratios are medians over
rounds, of processor time and of wall time, with a bootstrap interval. Answers are
compared. --full takes more samples and rounds; --only one part of the three, and
--batches fewer sizes for the peer.
"""

import argparse
import json
import math
import os
import platform
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.local_engine import builtin_task, workloads
from tests.bench.local_engine.model import SHAPE
from tests.bench.local_engine.peak import multiplied, peak_per_second
from tests.bench.local_engine.sides import Ours, Peer

ROOT = Path(__file__).parents[3]
BENCH = ROOT / "var" / "bench"
PYTHON = BENCH / "venvs" / "lm-eval" / "bin" / "python"
MISSING = (
    "lm-evaluation-harness is not there. Make its environment with:\n"
    "  python3 -m venv var/bench/venvs/lm-eval\n"
    "  var/bench/venvs/lm-eval/bin/pip install torch==2.13.0 transformers==5.23.0"
    " lm-eval accelerate"
)
BATCHES = (1, 4, 8, 16, 32, 64)
RESAMPLES = 10_000


def interval(values, seed=0):
    """Return the median and its 95 % bootstrap interval."""
    draw = random.Random(seed)
    medians = sorted(
        statistics.median(draw.choices(values, k=len(values))) for _ in range(RESAMPLES)
    )
    low, high = medians[round(0.025 * RESAMPLES)], medians[round(0.975 * RESAMPLES)]
    return {"median": statistics.median(values), "low": low, "high": high}


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


def largest_error(own, other):
    """Return the largest |difference| / (1 + |log-likelihood|)."""
    return max(abs(a - b) / (1 + abs(b)) for a, b in zip(own, other, strict=True))


def told(name, row):
    cpu, wall = row["ratio_cpu"], row["ratio_wall"]
    print(
        f"{name:34} x{cpu['median']:.2f} ({cpu['low']:.2f} to {cpu['high']:.2f}) cpu,"
        f" x{wall['median']:.2f} ({wall['low']:.2f} to {wall['high']:.2f}) wall,"
        f" {row['ours_per_cpu_s']:.1f} samples/cpu-s, peer's batch {row['batch']},"
        f" {row['check']}",
        flush=True,
    )


def choice_cells(ours, peer, size):
    """Measure the four cells; return a row each."""
    rows = {}
    for tokens, prefix in workloads.CELLS:
        items = workloads.choice_items(size.items, size=tokens, prefix=prefix, seed=1)
        batch, sweep = best_batch(peer.weigh, items[: size.tuning], size.batches)
        row, last = rounds(ours.weigh, peer.weigh, items, batch, size.rounds)
        row["sweep_cpu_s"] = sweep
        row["largest_error"] = largest_error(last[0].result, last[1].result)
        row["check"] = f"largest error {row['largest_error']:.1e}"
        work = multiplied(SHAPE, items, prefix)
        row["share_of_peak"] = work / last[0].cpu_s / peak_per_second()
        row["check"] += f", {row['share_of_peak']:.0%} of the matrix peak"
        rows[f"choices {tokens} tokens, prefix {prefix}"] = row
        told(f"choices {tokens} tokens, prefix {prefix}", row)
    return rows


def writing(ours, peer, size):
    """Measure writing at two spreads of lengths; return a row each."""
    rows = {}
    for spread in (1.0, 0.5):
        items = workloads.writing_items(size.writes, spread=spread, seed=2)
        batch, sweep = best_batch(peer.write, items[: size.tuning_writes], size.batches)
        row, last = rounds(ours.write, peer.write, items, batch, size.rounds)
        alone = peer.write(items[: size.alone], 1).result
        same = [a == b for a, b in zip(last[0].result, alone, strict=False)]
        batched = [a == b for a, b in zip(*(one.result for one in last), strict=True)]
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
        rows[f"writing, cv {spread}"] = row
        told(f"writing, cv {spread}", row)
    return rows


def built_in(size, threads):
    """Measure the choice of labels on the built-in tickets."""
    folder, items = builtin_task.task(size.tickets)
    ours, peer = Ours(folder, threads), Peer(PYTHON, folder, threads)
    batch, sweep = best_batch(peer.weigh, items[: size.tuning], size.batches)
    row, last = rounds(ours.weigh, peer.weigh, items, batch, size.rounds)
    row["sweep_cpu_s"] = sweep
    row["largest_error"] = largest_error(last[0].result, last[1].result)
    row["check"] = f"largest error {row['largest_error']:.1e}"
    told(folder.name, row)
    ours.close(), peer.close()
    return {f"{folder.name}, 8 labels": row}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", choices=("choices", "writing", "tickets"))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--batches", type=int, nargs="+", default=BATCHES)
    given = parser.parse_args()
    if not PYTHON.exists():
        raise SystemExit(MISSING)
    size = argparse.Namespace(
        items=48 if given.full else 16,
        tuning=16,
        writes=256 if given.full else 128,
        tuning_writes=96 if given.full else 64,
        alone=64 if given.full else 16,
        tickets=160 if given.full else 64,
        rounds=given.rounds or (7 if given.full else 3),
        batches=given.batches,
    )
    folder = BENCH / "local-engine-27m"
    if not (folder / "tokenizer.json").exists():
        maker = [sys.executable, "-m", "tests.bench.local_engine.model", str(folder)]
        subprocess.run(maker, check=True, capture_output=True)
    started = time.time()
    ours, peer = Ours(folder, given.threads), Peer(PYTHON, folder, given.threads)
    rows, mean = {}, None
    if given.only in (None, "choices"):
        rows |= choice_cells(ours, peer, size)
        ratios = [row["ratio_cpu"]["median"] for row in rows.values()]
        mean = math.prod(ratios) ** (1 / len(ratios))
        print(f"geometric mean of the four cells: x{mean:.2f}", flush=True)
    if given.only in (None, "writing"):
        rows |= writing(ours, peer, size)
    ours.close(), peer.close()
    if given.only in (None, "tickets"):
        rows |= built_in(size, given.threads)
    document = {
        "machine": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg(),
        "threads": given.threads,
        "date": time.strftime("%Y-%m-%d"),
        "seconds": time.time() - started,
        "versions": {"ours": dict(ours.facts.versions), "peer": peer.versions},
        "seeds": {"choices": 1, "writing": 2, "model": 0, "bootstrap": 0},
        "full": given.full,
        "geometric_mean_of_cells": mean,
        "rows": rows,
    }
    name = f"local-engine-{given.only}" if given.only else "local-engine"
    (BENCH / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
