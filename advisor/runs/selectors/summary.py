"""What do the pages of a finished run draw? Read once from all answers, kept as values.

A run of 20,000 samples and ten models has 200,000 answers; a page asks for a slice, a
curve or a filter of them. Everything here repeats rows and decides nothing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from math import isfinite
from typing import Any

import numpy as np

from advisor.runs.models import Run, RunSummary, Trial
from advisor.runs.selectors import case_file
from advisor.runs.selectors.agreement import cascades_of
from advisor.runs.selectors.evidence import case_of
from advisor.sizing import intervals
from advisor.sizing.conclusions import Recommendation
from advisor.sizing.exams import QUALITY, describer, exams, frames
from advisor.sizing.flip_points import Change, FlipPoint
from advisor.sizing.measurement import Case, Evidence, Figure
from advisor.sizing.recommendation import decide
from advisor.sizing.standings import flips, standings

SMALLEST_SLICE = 5
DRAWN = 512  # times of one candidate that a curve is drawn from
KEPT = 12  # summaries that a process holds in memory


@dataclass(frozen=True)
class Summary:
    """A finished run as its pages need it.

    ``order`` holds the ids of the samples in permutation order; ``slices`` mean scores
    by tag, then candidate; ``times`` end-to-end milliseconds by candidate, thinned;
    ``met_from`` from which limit a candidate meets a constraint; ``flips`` where the
    answer changes when one limit moves; ``cascades`` what two small models would do
    that check each other.
    """

    run_pk: int
    version: str
    case: Case
    order: tuple[int, ...]
    slices: Mapping[str, Mapping[str, Figure]]
    times: Mapping[str, tuple[float, ...]]
    met_from: Mapping[str, Mapping[str, float]]
    flips: tuple[FlipPoint, ...]
    cascades: tuple[Mapping[str, Any], ...]

    def scores(self, key: str) -> np.ndarray:
        """Return the scores of a candidate, one a sample, NaN where there is none."""
        found = np.full(len(self.order), np.nan)
        one = next((e for e in self.case.evidence if e.id == key), None)
        if one is not None:
            found[: one.answers.size] = one.answers
        return found


def kept(run: Run) -> Summary | None:
    """Return the summary that was kept of a finished run; None where there is none."""
    version = run.recommendation.sha256
    return _read(run.pk, version) if _is_kept(run.pk, version) else None


def build(run: Run, document: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return figures and case of a finished run, read from every answer."""
    case = ready(case_of(run))
    decided = decide(case)
    figures = {
        "order": _order(run),
        "slices": _slices(case),
        "times": {
            one.id: thinned(one.latency_ms) for one in case.evidence if one.latency_ms
        },
        "met_from": _met_from(decided),
        "flips": [asdict(one) for one in flips(decided)],
        "cascades": _cascades(run, case, document),
    }
    return figures, case_file.to_bytes(case)


def ready(case: Case) -> Case:
    """Return the case with certifiers fed, so that deciding again replays nothing."""
    if case.stop == "exhausted":
        return case
    cut = frames(case)

    def with_states(one: Evidence) -> Evidence:
        found = exams(case, one, cut)
        states = {
            exam.constraint.key: exam.certifier.state()
            for exam in found
            if exam.certifier is not None
        }
        if one.answers.size:
            states[QUALITY] = describer(case, one, cut).state()
        return replace(one, states=states)

    return replace(case, evidence=tuple(map(with_states, case.evidence)))


def thinned(times: Sequence[float]) -> list[float | None]:
    """Return at most DRAWN times, evenly spaced by rank; None is a failure."""
    ordered = np.sort(np.asarray(times, dtype=float))
    if ordered.size > DRAWN:
        ordered = ordered[np.linspace(0, ordered.size - 1, DRAWN).round().astype(int)]
    return [float(time) if isfinite(time) else None for time in ordered]


def _is_kept(run_pk: int, version: str) -> bool:
    return RunSummary.objects.filter(run=run_pk, version=version).exists()


@lru_cache(maxsize=KEPT)
def _read(run_pk: int, version: str) -> Summary:
    row = RunSummary.objects.get(run=run_pk, version=version)
    figures = row.figures
    return Summary(
        run_pk=run_pk,
        version=version,
        case=case_file.from_bytes(bytes(row.case)),
        order=tuple(figures["order"]),
        slices={
            tag: {key: Figure(**one) for key, one in found.items()}
            for tag, found in figures["slices"].items()
        },
        times={
            key: tuple(float("inf") if one is None else one for one in times)
            for key, times in figures["times"].items()
        },
        met_from=figures["met_from"],
        flips=tuple(map(_flip, figures["flips"])),
        cascades=tuple(figures["cascades"]),
    )


def _flip(kept: dict[str, Any]) -> FlipPoint:
    below, above = kept.pop("below"), kept.pop("above")
    return FlipPoint(
        below=below and Change(**below), above=above and Change(**above), **kept
    )


def _met_from(decided: Recommendation) -> dict[str, dict[str, float]]:
    """Return from which value of each limit everyone meets it, where there is one."""
    return {
        one.id: {
            name: crossing.met
            for name, crossing in one.crossings.items()
            if isfinite(crossing.met)
        }
        for one in standings(decided)
    }


def _order(run: Run) -> list[int]:
    first = run.candidates.order_by("pk").values("pk")[:1]
    mine = Trial.objects.filter(run=run, candidate=first, repeat=0)
    return list(mine.order_by("position").values_list("sample_id", flat=True))


def _slices(case: Case) -> dict[str, dict[str, Any]]:
    """Return mean scores with intervals by tag, then by candidate.

    Tags of fewer than five samples are left out. Description only: a slice decides
    through its own limit, by its own test.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for at, tags in enumerate(case.tags or ()):
        for tag in tags:
            places[tag].append(at)
    found: dict[str, dict[str, Any]] = {}
    for tag, rows in sorted(places.items()):
        for one in case.evidence:
            scores = one.answers[[at for at in rows if at < one.answers.size]]
            known = scores[~np.isnan(scores)]
            if known.size >= SMALLEST_SLICE:
                found.setdefault(tag, {})[one.id] = asdict(_mean(known.tolist()))
    return found


def _mean(values: list[float]) -> Figure:
    n, total = len(values), sum(values)
    if all(value in (0.0, 1.0) for value in values):
        interval = intervals.wilson(total, n)
    else:
        interval = intervals.betting_interval(values)
    if interval is None:
        return Figure(total / n, n=n, origin="measured")
    low, high = min(interval.low, total / n), max(interval.high, total / n)
    return Figure(total / n, low, high, n, "measured")


def _cascades(run: Run, case: Case, document: Mapping[str, Any]) -> list[Any]:
    """Return the replayed cascades in front of the recommended model, else the bar."""
    limit = next((c for c in case.constraints if c.name == "quality_margin"), None)
    chosen = next(
        (f for f in document["candidates"] if f["id"] == document["recommended"]), None
    )
    large = chosen["id"] if chosen else case.reference and case.reference.id
    if limit is None or not large:
        return []
    spent = max(0.0, -chosen["difference"]["low"]) if chosen else 0.0
    margin = limit.number - spent
    if not 0 < margin < 1:
        return []
    return [
        {
            "small": one.small,
            "checker": one.checker,
            "large": one.large,
            "margin": one.margin,
            "answer": one.cascade.answer,
            "quality": asdict(one.cascade.cascade.quality),
            "passed_on": asdict(one.cascade.cascade.passed_on),
            "cost": one.cascade.cascade.cost and asdict(one.cascade.cascade.cost),
            "alone": asdict(one.cascade.large.quality),
        }
        for one in cascades_of(run, case, large, margin)
    ]
