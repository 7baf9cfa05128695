"""Losses whose truth is known: what the certifier is thrown at."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

Array = NDArray[np.float64]
Drawn = tuple[Array, Array]  # losses and weights, one row a run

DIFFICULTY = 1.9  # spread of the questions: models of 85 % disagree on 18 % of them
_BIG = np.random.default_rng(0).normal(size=100_001)

MARGIN = 0.05
THREE_VALUED = {  # share of losses and of gains; the mean loss is the margin
    "losses only": (0.05, 0.0),
    "few gains": (0.06, 0.01),
    "some of both": (0.10, 0.05),
    "many of both": (0.20, 0.15),
    "hardly a tie": (0.50, 0.45),
}


def three_valued(
    rng: np.random.Generator, runs: int, n: int, up: float, down: float
) -> Drawn:
    """Draw losses of -1, 0 and 1."""
    u = rng.random((runs, n))
    return np.where(u < up, 1.0, np.where(u < up + down, -1.0, 0.0)), np.ones((runs, n))


def graded(rng: np.random.Generator, runs: int, n: int, loss: float) -> Drawn:
    """Draw losses of graded scores: mostly small gains, now and then a large loss."""
    return loss + 0.9 * (rng.beta(2, 6, (runs, n)) - 0.25), np.ones((runs, n))


def grouped(rng: np.random.Generator, runs: int, n: int, loss: float) -> Drawn:
    """Draw groups of 1 to 10 samples that agree within; heavy groups lose more.

    The weighted mean loss is ``loss``: large groups lose, small ones gain.
    """
    size = rng.integers(1, 11, (runs, n)).astype(float)
    share = 0.02 * (size - 5.5)  # of losses beyond the mean, by size
    # E[w (loss + share)] / E[w] = loss + E[w share] / E[w], w = size / 10
    bias = 0.02 * (np.mean(np.arange(1, 11) ** 2) / 5.5 - 5.5)
    centre = loss - bias + share
    u, up = rng.random((runs, n)), (0.5 + centre) / 2
    loses, gains = u < up, (u >= up) & (u < up + (0.5 - centre) / 2)
    return loses.astype(float) - gains, size / 10


def ability(accuracy: float) -> float:
    """Return the ability that answers ``accuracy`` of the questions."""
    return float(
        brentq(lambda a: expit(a + DIFFICULTY * _BIG).mean() - accuracy, -15, 15)
    )


def answers(
    rng: np.random.Generator, runs: int, n: int, accuracies: tuple[float, ...]
) -> list[NDArray[np.float32]]:
    """Draw right and wrong answers of several models to easy and hard questions."""
    difficulty = DIFFICULTY * rng.normal(size=(runs, n))
    return [
        (rng.random((runs, n)) < expit(ability(one) + difficulty)).astype(np.float32)
        for one in accuracies
    ]


def discordance(accuracy: float, other: float) -> tuple[float, float]:
    """Return how often only the first, and only the second, is right."""
    p, q = (expit(ability(one) + DIFFICULTY * _BIG) for one in (accuracy, other))
    return float((p * (1 - q)).mean()), float((q * (1 - p)).mean())


def irt(rng: np.random.Generator, runs: int, n: int, loss: float) -> Drawn:
    """Draw paired answers of a reference of 85 % and a candidate ``loss`` below it."""
    reference, candidate = answers(rng, runs, n, (0.85, 0.85 - loss))
    return (reference - candidate).astype(float), np.ones((runs, n))


def cells() -> dict[str, Callable[[np.random.Generator, int, int], Drawn]]:
    """Return every shape with a loss of exactly the margin."""
    found: dict[str, Callable[[np.random.Generator, int, int], Drawn]] = {
        name: lambda rng, runs, n, up=up, down=down: three_valued(
            rng, runs, n, up, down
        )
        for name, (up, down) in THREE_VALUED.items()
    }
    found["graded scores"] = lambda rng, runs, n: graded(rng, runs, n, MARGIN)
    found["groups"] = lambda rng, runs, n: grouped(rng, runs, n, MARGIN)
    found["IRT-like"] = lambda rng, runs, n: irt(rng, runs, n, MARGIN)
    return found
