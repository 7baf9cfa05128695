"""May the run stop here? A certifier that may be asked after every sample.

It bets on the paired loss, reference minus candidate, with a martingale for each of two
nulls: "the loss is above the margin" and "the loss is at most the margin". Wealth that
reaches 1/alpha refutes the first and certifies, wealth that reaches 1/beta refutes the
second and discards, whatever made the run stop (Ville's inequality). Two promises:

- ``traffic``: the units are independent draws, the loss is that of future requests.
- ``samples``: the units are drawn without replacement from ``horizon`` of them, the
  loss is that of all of them, and the last one decides by plain comparison.

Sources: betting (Waudby-Smith and Ramdas, arXiv 2010.09686; without replacement,
2006.04347), STaR bets (Voracek and Orabona, 2505.22422). Where the bets differ from
these and why: docs/decisions/certifier-bets.md.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from math import exp, log
from typing import Literal, cast

import numpy as np

from advisor.sizing.errors import InvalidMeasurement
from advisor.sizing.wagers import Side

Verdict = Literal["non_inferior", "inferior"]


class Certifier:
    """Certify or discard one candidate, one paired difference at a time.

    ``margin`` is the allowed loss in score points, in [-1, 1]; ``alpha`` bounds the
    chance of certifying a loss above it, ``beta`` that of discarding a loss within it.
    ``horizon`` is the number of units there are; the certifier closes after the last.
    """

    def __init__(
        self,
        margin: float,
        alpha: float,
        beta: float,
        horizon: int,
        promise: Literal["traffic", "samples"],
    ) -> None:
        _check(margin, alpha, beta, horizon, promise)
        self.margin = float(margin)
        self.alpha = float(alpha)
        self.beta = float(beta)
        self.horizon = int(horizon)
        self.promise = promise
        self._verdict: Verdict | None = None
        finite = promise == "samples"
        self._certify = Side(self.margin, -log(alpha), horizon, finite, strict=False)
        self._discard = Side(-self.margin, -log(beta), horizon, finite, strict=True)

    @property
    def verdict(self) -> Verdict | None:
        """Return what was decided, or None; once decided it never changes."""
        return self._verdict

    @property
    def n(self) -> int:
        """Return the number of units seen."""
        return self._certify.n

    def update(self, difference: float, weight: float = 1.0) -> Verdict | None:
        """Take in one unit's loss in [-1, 1] with its weight in [0, 1]."""
        return self.update_gap(difference, difference, weight)

    def update_gap(
        self, worst: float, best: float, weight: float = 1.0
    ) -> Verdict | None:
        """Take in a unit of which part was lost to a gap.

        ``worst`` is the largest loss it may stand for and feeds the certifying wealth;
        ``best`` is the smallest and feeds the discarding wealth.
        """
        if self.n >= self.horizon:
            raise InvalidMeasurement(
                f"the certifier is closed after its horizon of {self.horizon} units. "
                "Start another look with more samples."
            )
        if not (-1 <= best <= worst <= 1 and 0 <= weight <= 1):
            raise InvalidMeasurement(
                "a unit needs -1 <= best <= worst <= 1 and a weight in [0, 1], got "
                f"best={best}, worst={worst}, weight={weight}. Scale the scores."
            )
        certified = self._certify.take(worst, weight)
        discarded = self._discard.take(-best, weight)
        if self._verdict is None:
            if certified:
                self._verdict = "non_inferior"
            elif discarded:
                self._verdict = "inferior"
        return self._verdict

    def upper_bound(self, alpha: float | None = None) -> float:
        """Return the smallest loss that can be excluded now, valid at any time.

        The next grid point above the largest margin not refuted so far, at level
        ``alpha`` (default: the certifier's own, so that it is at most the margin
        exactly when the verdict of the certifying side is non-inferior).
        """
        return self._certify.bound(self.alpha if alpha is None else alpha)

    def lower_bound(self, beta: float | None = None) -> float:
        """Return the largest loss that is surely reached, valid at any time."""
        return -self._discard.bound(self.beta if beta is None else beta)

    def p_values(self) -> tuple[float, float]:
        """Return 1 / largest wealth of the certifying and of the discarding side."""
        return (
            min(1.0, exp(-self._certify.best)),
            min(1.0, exp(-self._discard.best)),
        )

    def state(self) -> dict[str, object]:
        """Return everything as JSON values; ``from_state`` resumes to the bit."""
        return {
            "version": 1,
            "margin": self.margin,
            "alpha": self.alpha,
            "beta": self.beta,
            "horizon": self.horizon,
            "promise": self.promise,
            "verdict": self._verdict,
            "certify": _pack(self._certify),
            "discard": _pack(self._discard),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, object]) -> "Certifier":
        """Return the certifier whose ``state`` this was."""
        if state.get("version") != 1:
            raise InvalidMeasurement(
                f"a certifier state has version 1, got {state.get('version')!r}. "
                "Replay the stored scores instead."
            )
        names = ("margin", "alpha", "beta", "horizon", "promise")
        made = cls(**{name: state[name] for name in names})  # type: ignore[arg-type]
        made._verdict = cast("Verdict | None", state["verdict"])
        _unpack(made._certify, cast("Mapping[str, object]", state["certify"]))
        _unpack(made._discard, cast("Mapping[str, object]", state["discard"]))
        return made


def _check(
    margin: float, alpha: float, beta: float, horizon: int, promise: str
) -> None:
    """Refuse settings that no certifier can keep."""
    if not -1 <= margin <= 1:
        raise InvalidMeasurement(
            f"margin must be in [-1, 1], got {margin}. Give score points such as 0.05."
        )
    if not (0 < alpha < 1 and 0 < beta < 1):
        raise InvalidMeasurement(
            f"alpha and beta must be between 0 and 1, got {alpha} and {beta}. Give "
            "error probabilities such as 0.05."
        )
    if horizon < 1:
        raise InvalidMeasurement(
            f"horizon must be at least 1, got {horizon}. Count the units there are."
        )
    if promise not in ("traffic", "samples"):
        raise InvalidMeasurement(
            f"promise must be traffic or samples, got {promise!r}. Choose one."
        )


def _pack(side: Side) -> dict[str, object]:
    """Return a side as JSON values; arrays keep their bits."""
    return {
        "numbers": side.numbers(),
        "pending": [list(entry) for entry in side.pending],
        "wealth": b64encode(side.wealth.astype("<f8").tobytes()).decode(),
        "peaks": b64encode(side.peaks.astype("<f8").tobytes()).decode(),
    }


def _unpack(side: Side, packed: Mapping[str, object]) -> None:
    """Restore a side from what ``_pack`` made of it."""
    side.restore(cast("list[float]", packed["numbers"]))
    rows = cast("list[list[float]]", packed["pending"])
    side.pending = [cast("tuple[float, float, float]", tuple(row)) for row in rows]
    for name in ("wealth", "peaks"):
        raw = b64decode(cast("str", packed[name]))
        setattr(side, name, np.frombuffer(raw, dtype="<f8").astype(np.float64))
