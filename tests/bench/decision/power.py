"""How often does the certifier certify, and after how many samples?

Against a z-test that looks once at the end, and against Wald's bound, below which no
test of the same errors can stay on average.
"""

from math import log

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import ndtri

from tests.bench.decision import shapes
from tests.bench.decision.many import certify

LOSSES = (-0.02, 0.0, 0.01, 0.02)


def run(runs: int) -> dict[str, object]:
    """Return power relative to the z-test and mean samples relative to Wald's bound."""
    found: dict[str, object] = {"runs": runs}
    for candidates in (1, 6):
        for n in (300, 1000):
            for loss in LOSSES:
                name = f"K={candidates} N={n} loss {loss:+.2f}"
                found[name] = _power(n, loss, candidates, runs)
    for loss in LOSSES:
        found[f"N=3000 loss {loss:+.2f}"] = _samples(loss, max(runs // 2, 100))
    return found


def _power(n: int, loss: float, candidates: int, runs: int) -> dict[str, float]:
    rng = np.random.default_rng((n, round(1000 * loss) + 50, candidates))
    x, _ = shapes.irt(rng, runs, n, loss)
    alpha, beta = 0.05 / candidates, 0.10 / candidates
    score = (shapes.MARGIN - x.mean(axis=1)) / (x.std(axis=1, ddof=1) / n**0.5)
    fixed = float((score > -ndtri(alpha)).mean())
    when, verdict = certify(
        x, margin=shapes.MARGIN, alpha=alpha, beta=beta, promise="traffic"
    )
    power = float((verdict == 1).mean())
    return {
        "power": round(power, 4),
        "fixed z": round(fixed, 4),
        "ratio": round(power / fixed, 3),
        "mean samples": round(float(np.minimum(when, n).mean()), 1),
    }


def _samples(loss: float, runs: int) -> dict[str, float]:
    rng = np.random.default_rng(round(1000 * loss) + 500)
    x, _ = shapes.irt(rng, runs, 3000, loss)
    when, verdict = certify(
        x, margin=shapes.MARGIN, alpha=0.05, beta=0.10, promise="traffic"
    )
    mean, bound = float(np.minimum(when, 3000).mean()), wald(loss)
    return {
        "mean samples": round(mean, 1),
        "Wald's bound": round(bound, 1),
        "ratio": round(mean / bound, 3),
        "certified": round(float((verdict == 1).mean()), 4),
    }


def wald(loss: float, alpha: float = 0.05, beta: float = 0.05) -> float:
    """Return the least mean number of samples of any test with these errors.

    Wald's bound with the null closest to the truth in Kullback-Leibler divergence among
    all laws of -1, 0 and 1 whose mean is the margin.
    """
    up, down = shapes.discordance(0.85, 0.85 - loss)
    tie = 1 - up - down

    def divergence(other: float) -> float:
        low = other - shapes.MARGIN
        return (
            up * log(up / other)
            + down * log(down / low)
            + tie * log(tie / (1 - other - low))
        )

    nearest = minimize_scalar(
        divergence, bounds=(shapes.MARGIN + 1e-6, 0.5), method="bounded"
    )
    evidence = (1 - beta) * log((1 - beta) / alpha) + beta * log(beta / (1 - alpha))
    return float(evidence / nearest.fun)
