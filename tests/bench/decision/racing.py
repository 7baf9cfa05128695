"""How many calls does a race save, and does it end where running everything ends?

One reference and six candidates, cheapest first, in blocks of 16. Compared on the same
answers: running everything, O'Brien-Fleming at five looks, a hedged betting sequence.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests.bench.decision import shapes
from tests.bench.decision.many import certify

REFERENCE = 0.85
FIELDS = {
    "typical": (0.50, 0.65, 0.75, 0.84, 0.85, 0.86),
    "clear": (0.45, 0.60, 0.72, 0.86, 0.87, 0.87),
    "hard": (0.60, 0.70, 0.78, 0.81, 0.83, 0.85),
}
BLOCK, LOOKS = 16, 5
ALPHA, BETA = 0.05, 0.10
Array = NDArray[np.float64]
Decided = tuple[NDArray[np.int64], NDArray[np.int64]]
Judge = Callable[[Array, str], Decided]


def run(runs: int) -> dict[str, object]:
    """Return calls saved and agreement with running everything, a cell at a time."""
    found: dict[str, object] = {"runs": runs}
    for n in (300, 1000, 3000):
        for field, accuracies in FIELDS.items():
            found[f"N={n} {field}"] = _cell(n, accuracies, max(runs * 300 // n, 60))
    return found


def _cell(n: int, accuracies: tuple[float, ...], runs: int) -> dict[str, object]:
    rng = np.random.default_rng((n, round(1000 * sum(accuracies))))
    reference, *candidates = shapes.answers(rng, runs, n, (REFERENCE, *accuracies))
    losses = [(reference - one).astype(float) for one in candidates]
    return {
        "certifier, samples": _race(losses, _certifier, "samples"),
        "certifier, traffic": _race(losses, _certifier, "traffic"),
        "hedged betting, samples": _race(losses, _hedged, "samples"),
        "O'Brien-Fleming, traffic": _race(losses, _obrien_fleming, "traffic"),
    }


def _race(losses: list[Array], judge: Judge, promise: str) -> dict[str, float]:
    runs, n = losses[0].shape
    calls, shared = np.zeros(runs), np.zeros(runs)
    going = np.ones(runs, dtype=bool)
    picked, right = np.full(runs, -1), np.full(runs, -1)
    left_open = np.zeros(runs, dtype=bool)
    for k, x in enumerate(losses):
        right[(right < 0) & (x.sum(axis=1) <= n * shapes.MARGIN + 1e-9)] = k
        rows = np.flatnonzero(going)
        if not rows.size:
            continue
        when, verdict = judge(x[rows], promise)
        taken = np.minimum(np.ceil(np.minimum(when, n) / BLOCK) * BLOCK, n)
        calls[rows] += taken
        shared[rows] = np.maximum(shared[rows], taken)
        picked[rows[verdict == 1]] = k
        going[rows[verdict == 1]] = False
        left_open[rows[verdict == 0]] = True
    every = n * (len(losses) + 1)
    return {
        "calls saved": round(float(every / (calls + shared).mean()), 2),
        "same as exhaustive": round(float((picked == right).mean()), 4),
        "ended undecided": round(float((left_open & (picked < 0)).mean()), 3),
    }


def _certifier(x: Array, promise: str) -> Decided:
    return certify(
        x, margin=shapes.MARGIN, alpha=ALPHA / 6, beta=BETA / 6, promise=promise
    )


def _hedged(x: Array, promise: str) -> Decided:
    """Waudby-Smith and Ramdas' predictable plug-in stakes, without replacement."""

    def bet(
        _: Array, target: float, left: float, variance: Array, __: Array, ___: float
    ) -> Array:
        seen = x.shape[1] - left + 1
        reach = seen * np.log1p(seen)
        return np.minimum(np.sqrt(2 * target / (variance * reach)), 0.5)

    return certify(
        x,
        margin=shapes.MARGIN,
        alpha=ALPHA / 6,
        beta=BETA / 6,
        promise=promise,
        bet=bet,
    )


def _obrien_fleming(x: Array, _: str) -> Decided:
    """A z-test at five looks, its bounds falling as one over the square root."""
    runs, n = x.shape
    upper, lower = _bound(ALPHA / 6), _bound(BETA / 6)
    when, verdict = np.full(runs, n + 1), np.zeros(runs, dtype=int)
    for look in range(1, LOOKS + 1):
        seen = x[:, : n * look // LOOKS]
        spread = np.maximum(seen.std(axis=1, ddof=1), 1e-9) / seen.shape[1] ** 0.5
        score = (shapes.MARGIN - seen.mean(axis=1)) / spread
        stretch = (LOOKS / look) ** 0.5
        new = np.where(score >= upper * stretch, 1, 0)
        new = np.where(score <= -lower * stretch, -1, new)
        hit = (verdict == 0) & (new != 0)
        when[hit], verdict[hit] = seen.shape[1], new[hit]
    return when, verdict


def _bound(error: float) -> float:
    """Return the last bound at which five looks err by ``error`` in all (simulated)."""
    steps = np.random.default_rng(8).normal(size=(400_000, LOOKS))
    walk = np.cumsum(steps, axis=1) / LOOKS**0.5
    return float(np.quantile(walk.max(axis=1), 1 - error))
