"""How long does the product take to its verdict? One run, from launch to its end."""

import time
from collections import Counter
from typing import Any

from advisor.runs import services
from advisor.runs.models import Answer, Run
from tests.runs.factory import make_project, make_setup, make_team

CONSTRAINTS = {"quality_margin": 0.05}


def project() -> Any:
    """Make a project of a team of its own: it has no earlier answers to take over."""
    return make_project(make_team())


def evaluate(
    where: Any,
    port: int,
    weights: dict[str, float],
    *,
    n: int,
    concurrency: int,
    stop: str,
    pinned: str | None = None,
) -> dict[str, Any]:
    """Run all models of the stub; return seconds, calls by model and the verdict.

    The speed phase is left out on both sides: the peer has none. ``pinned`` names a
    revision of the reference, so that answers of earlier runs are taken over.
    """

    def entry(name: str, weight: float) -> dict[str, Any]:
        price = {"input_per_1m": weight, "output_per_1m": weight}
        made = {"id": name, "engine": "openai", "model": name, "price": price}
        made |= {"base_url": f"http://127.0.0.1:{port}/v1", "concurrency": concurrency}
        pin = {"revision": pinned} if pinned and name == "reference" else {}
        return made | pin

    entries = [entry(name, weight) for name, weight in weights.items()]
    setup = make_setup(
        project=where,
        samples=[{"id": f"s{i:04}", "input": f"s{i:04}"} for i in range(n)],
        candidates=[one for one in entries if one["id"] != "reference"],
        reference=next(one for one in entries if one["id"] == "reference"),
        constraints=CONSTRAINTS,
        max_output_tokens=4,
        stop=stop,
        promise="samples",
    )
    start = time.monotonic()
    run = services.launch(setup=setup, started_by=None)
    for one in run.candidates.all():
        one.spec["timed"] = False
        one.save(update_fields=["spec"])
    run = services.run_inline(run)
    seconds = time.monotonic() - start
    if run.state != Run.State.COMPLETED:
        raise RuntimeError(f"the run ended {run.state}: {run.pause_reason}")
    answers = Answer.objects.filter(trial__run=run)
    asked = answers.filter(cached=False).values_list("trial__candidate__key", flat=True)
    sent = Counter(asked)
    return {
        "seconds": seconds,
        "made": answers.count(),
        "sent": sent.total(),
        "sent by model": dict(sent),
        "needed": _needed(run),
        "recommended": run.recommendation.recommended or run.recommendation.outcome,
    }


def _needed(run: Run) -> int:
    """Return the calls without any ahead of a decision, the reference's included."""
    after = run.candidates.filter(decided_after__isnull=False)
    counts = list(after.values_list("decided_after", flat=True))
    return sum(counts) + max(counts, default=0)
