"""Are false certificates and discards as rare as promised, whatever the losses are?"""

import numpy as np
from numpy.typing import NDArray

from advisor.sizing.sequential import Certifier
from tests.bench.decision import shapes
from tests.bench.decision.many import agrees_with_the_certifier, certify

ALPHA, BETA, HORIZON = 0.05, 0.10, 400
CHUNK = 2500
Array = NDArray[np.float64]


def run(runs: int) -> dict[str, object]:
    """Return the share of false verdicts in every cell, the bound and 3 s.e."""
    found: dict[str, object] = {"runs": runs}
    found["traffic"] = {
        name: _false(draw, runs, seed, "traffic")
        for seed, (name, draw) in enumerate(shapes.cells().items())
    }
    found["samples"] = {
        name: _false(draw, runs, seed, "samples")
        for seed, (name, draw) in enumerate(shapes.cells().items())
    }
    found["six candidates at the margin"] = _family(runs)
    found["same verdicts as the class"] = _same()
    found["worst certificate over bound + 3 s.e."] = _worst(found, runs)
    return found


def coverage(runs: int) -> dict[str, object]:
    """Return how often the bounds held the true loss at all times (200 units)."""
    found: dict[str, object] = {"runs": runs, "nominal": [1 - ALPHA, 1 - BETA]}
    for promise in ("traffic", "samples"):
        for name, draw in shapes.cells().items():
            if name in ("hardly a tie", "few gains", "graded scores", "groups"):
                found[f"{promise}, {name}"] = _covered(draw, runs, promise)
    return found


def _false(draw: object, runs: int, seed: int, promise: str) -> dict[str, float]:
    certified = discarded = 0
    for start in range(0, runs, CHUNK):
        count = min(CHUNK, runs - start)
        rng = np.random.default_rng((seed, start, 1))
        x, w = draw(rng, count, HORIZON)  # type: ignore[operator]
        given = {"alpha": ALPHA, "beta": BETA, "promise": promise}
        if promise == "traffic":
            _, verdict = certify(x, w, margin=shapes.MARGIN, **given)  # type: ignore[arg-type]
            certified += int((verdict == 1).sum())
            discarded += int((verdict == -1).sum())
            continue
        certified += _finite_false(x, w, above=True, given=given)
        discarded += _finite_false(x, w, above=False, given=given)
    return {"certified": certified / runs, "discarded": discarded / runs}


def _finite_false(x: Array, w: Array, *, above: bool, given: dict[str, object]) -> int:
    """Count false verdicts where each population's own loss is just beyond its margin.

    The margin is set to the population's loss, less or plus next to nothing, so that
    every population is a null as close to the margin as can be.
    """
    mean = (w * x).sum(axis=1) / w.sum(axis=1)
    margin = mean + (-1e-6 if above else 1e-6)
    _, verdict = certify(x, w, margin=margin, **given)  # type: ignore[arg-type]
    return int((verdict == (1 if above else -1)).sum())


def _family(runs: int) -> dict[str, float]:
    """Six candidates exactly at the margin of one reference: any certificate?"""
    false = np.zeros(runs, dtype=bool)
    rng = np.random.default_rng(77)
    accuracies = (0.85,) + (0.85 - shapes.MARGIN,) * 6
    for start in range(0, runs, CHUNK):
        count = min(CHUNK, runs - start)
        reference, *candidates = shapes.answers(rng, count, HORIZON, accuracies)
        for one in candidates:
            _, verdict = certify(
                (reference - one).astype(float),
                margin=shapes.MARGIN,
                alpha=ALPHA / 6,
                beta=BETA / 6,
                promise="traffic",
            )
            false[start : start + count] |= verdict == 1
    return {"any certificate": float(false.mean())}


def _same() -> bool:
    rng = np.random.default_rng(5)
    x, w = shapes.grouped(rng, 40, 200, 0.03)
    y, v = shapes.irt(rng, 40, 200, 0.0)
    return all(
        agrees_with_the_certifier(a, b, margin=shapes.MARGIN, promise=promise)
        for a, b in ((x, w), (y, v))
        for promise in ("traffic", "samples")
    )


def _worst(found: dict[str, object], runs: int) -> float:
    """Return the largest share of false certificates by what is allowed."""
    allowed = ALPHA + 3 * (ALPHA * (1 - ALPHA) / runs) ** 0.5
    shares = [
        cell["certified"]
        for promise in ("traffic", "samples")
        for cell in found[promise].values()  # type: ignore[attr-defined]
    ]
    shares.append(found["six candidates at the margin"]["any certificate"])  # type: ignore[index]
    return float(max(shares) / allowed)


def _covered(draw: object, runs: int, promise: str) -> list[float]:
    """Return the shares of runs whose upper, and lower, bound never passed the truth.

    A bound only tightens, so the last one tells whether any was wrong.
    """
    rng = np.random.default_rng(9)
    upper = lower = 0
    for _ in range(runs):
        x, w = draw(rng, 1, 200)  # type: ignore[operator]
        true = shapes.MARGIN
        if promise == "samples":
            true = float((w * x).sum() / w.sum())
        one = Certifier(0.02, ALPHA, BETA, 200, promise)  # type: ignore[arg-type]
        for loss, weight in zip(x[0].tolist(), w[0].tolist(), strict=True):
            one.update(loss, weight)
        upper += one.upper_bound() >= true - 1e-9
        lower += one.lower_bound() <= true + 1e-9
    return [upper / runs, lower / runs]
