"""How long does an update take, and how long a whole recommendation?"""

from dataclasses import replace
from time import process_time

import numpy as np

from advisor.sizing.constraints import parse
from advisor.sizing.measurement import Case, Evidence
from advisor.sizing.race import race
from advisor.sizing.recommendation import decide
from advisor.sizing.sequential import Certifier


def run(repeats: int) -> dict[str, object]:
    """Return processor times: the best of a few, as other work disturbs the rest."""
    found: dict[str, object] = {}
    for promise in ("traffic", "samples"):
        best = min(_update(promise) for _ in range(max(repeats, 3)))
        found[f"update, {promise}, microseconds"] = round(best, 1)
    for name, stop, graded in (
        ("decided, from stored states", "decided", False),
        ("exhausted, yes or no", "exhausted", False),
        ("exhausted, graded, from stored states", "exhausted", True),
    ):
        case = _case(stop, graded=graded)
        times = []
        for _ in range(max(repeats, 3)):
            start = process_time()
            decide(case)
            times.append(1000 * (process_time() - start))
        found[f"recommendation, 20 x 10,000, {name}, ms"] = round(min(times), 1)
    return found


def _update(promise: str) -> float:
    rng = np.random.default_rng(1)
    losses = rng.choice([-1.0, 0.0, 1.0], 2000, p=[0.09, 0.82, 0.09]).tolist()
    one = Certifier(0.05, 0.05, 0.1, 2000, promise)  # type: ignore[arg-type]
    start = process_time()
    for loss in losses:
        one.update(loss)
    return 1e6 * (process_time() - start) / len(losses)


def _case(stop: str, *, graded: bool) -> Case:
    rng = np.random.default_rng(2)
    n, names = 10_000, [f"c{number:02}" for number in range(20)]

    def answers(share: float) -> tuple[float, ...]:
        if graded:
            return tuple(rng.beta(8 * share, 8 * (1 - share), n).round(3).tolist())
        return tuple((rng.random(n) < share).astype(float).tolist())

    case = Case(
        evidence=(
            Evidence(id="ref", role="reference", scores=answers(0.85)),
            *(Evidence(id=name, scores=answers(0.84)) for name in names),
        ),
        constraints=parse({"quality_margin": 0.05}),
        samples=n,
        stop=stop,  # type: ignore[arg-type]
    )
    now = race(case)
    states = {"ref": now.reference, **{lane.id: lane.states for lane in now.lanes}}
    return replace(
        case,
        evidence=tuple(
            replace(one, states=states.get(one.id, {})) for one in case.evidence
        ),
    )
