"""What do the pages of a finished run draw? Read once from all answers, kept as values.

A run of 20,000 samples and ten models has 200,000 answers; a page asks for a slice, a
curve or a filter of them. Everything here repeats rows and decides nothing.
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import isfinite
from typing import Any

import numpy as np

from advisor.runs.models import Run, RunSummary, Trial
from advisor.runs.selectors import case_file
from advisor.runs.selectors.agreement import cascades_of
from advisor.runs.selectors.counted import kept_cuts
from advisor.runs.selectors.cuts import Cuts
from advisor.runs.selectors.evidence import case_of
from advisor.runs.selectors.slices import slices_of
from advisor.sizing.conclusions import Recommendation
from advisor.sizing.exams import QUALITY, describer, exams, frames
from advisor.sizing.flip_points import Change, FlipPoint
from advisor.sizing.measurement import Case, Evidence, Figure
from advisor.sizing.recommendation import decide
from advisor.sizing.standings import flips, standings
from advisor.web.kept import Kept

DRAWN = 512  # times of one candidate that a curve is drawn from
FORM = 6  # of the kept bytes; what has another form is made anew
MOST_SUMMARIES = 256  # that a process holds in memory
MOST_BYTES = 64_000_000  # of cases that it holds


@dataclass(frozen=True)
class Summary:
    """A finished run as its pages need it.

    ``order`` holds the ids of the samples in permutation order; ``slices`` mean scores
    by tag, then candidate; ``times`` end-to-end milliseconds by candidate, thinned;
    ``met_from`` from which limit a candidate meets a constraint; ``flips`` where the
    answer changes when one limit moves; ``cascades`` what two small models would do
    that check each other; ``cuts`` who had something cut, None where it was not kept.
    """

    run_pk: int
    version: str
    order: Sequence[int]
    slices: Mapping[str, Mapping[str, Figure]]
    times: Mapping[str, tuple[float, ...]]
    met_from: Mapping[str, Mapping[str, float]]
    flips: tuple[FlipPoint, ...]
    cascades: tuple[Mapping[str, Any], ...]
    cuts: tuple[Cuts, ...] | None = None

    @property
    def case(self) -> Case:
        """Return all that the recommendation was made from; few pages need it."""
        return CASES.get((self.run_pk, self.version), lambda: _case_of(self))

    def scores(self, key: str) -> np.ndarray:
        """Return the scores of a candidate, one a sample, NaN where there is none."""
        found = np.full(len(self.order), np.nan)
        one = next((e for e in self.case.evidence if e.id == key), None)
        if one is not None:
            found[: one.answers.size] = one.answers
        return found


def weight_of(case: Case) -> int:
    """Return about how many bytes of memory a case takes."""
    # A score is a place in a tuple and one in an array, tags are a place.
    return 16 * sum(len(one.scores) for one in case.evidence) + 8 * case.samples


SUMMARIES: Kept[Summary] = Kept(MOST_SUMMARIES)
CASES: Kept[Case] = Kept(MOST_BYTES, weigh=weight_of)


def kept(run: Run) -> Summary | None:
    """Return the summary that was kept of a finished run; None where there is none."""
    key = (run.pk, run.recommendation.sha256)
    found = SUMMARIES.find(key)
    if found is not None:
        return found
    row = RunSummary.objects.filter(run=run.pk, version=key[1]).defer("case").first()
    if row is None or row.figures.get("form") != FORM:
        return None
    return SUMMARIES.get(key, lambda: _read(row))


def forget(run: Run) -> None:
    """Read a run's summary anew the next time."""
    SUMMARIES.drop((run.pk, run.recommendation.sha256))


def build(run: Run, document: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Return figures and case of a finished run, read from every answer."""
    case = ready(case_of(run))
    decided = decide(case)
    figures = {
        "form": FORM,
        "order": _order(run),
        "slices": slices_of(case),
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


def _case_of(summary: Summary) -> Case:
    rows = RunSummary.objects.filter(run=summary.run_pk, version=summary.version)
    content = rows.values_list("case", flat=True).first()
    if content is None:  # deleted in between: the rows still say it
        return ready(case_of(Run.objects.get(pk=summary.run_pk)))
    return case_file.from_bytes(bytes(content))


def _read(row: RunSummary) -> Summary:
    figures = row.figures
    return Summary(
        run_pk=row.run_id,
        version=row.version,
        order=array("q", figures["order"]),
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
        cuts=kept_cuts(row.counts),
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
