"""What did making a model change? Parent and made model on the same samples of a run.

The difference is paired: made minus parent, sample by sample. Where a run asked all
samples and an answer is right or wrong, the interval is Tango's for paired shares;
otherwise a betting interval that holds whenever a run stops. Both at 95 %. Samples of
one group count as one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from advisor.adaptations.models import Adaptation
from advisor.adaptations.pages.words import file_size, lasted, parameters
from advisor.adaptations.selectors import made_models
from advisor.projects.models import Sample
from advisor.projects.pages.header import project_url
from advisor.runs.models import Candidate, Run
from advisor.runs.selectors.summary import Summary
from advisor.sizing import formats
from advisor.sizing.comparison import Pairs, tango_interval
from advisor.sizing.sequential import Certifier
from advisor.web.kept import Kept
from advisor.web.panels import Gain
from advisor.web.parts import Link, Verdict

SIDE = 0.025  # of each bound; together a 95 % interval


@dataclass(frozen=True, slots=True)
class Paired:
    """The mean difference of two models' scores on ``n`` samples, with bounds."""

    before: float
    after: float
    low: float
    high: float
    n: int

    @property
    def value(self) -> float:
        """Return the mean difference, made minus parent."""
        return self.after - self.before


GAINS: Kept[tuple[Gain, ...]] = Kept(48)


def gains_of(run: Run, rows: Sequence[Candidate], summary: Summary) -> tuple[Gain, ...]:
    """Return what making changed, for each made model whose parent is in the run."""
    made = made_models(run.project, [str(one.spec.get("model") or "") for one in rows])
    key = (run.pk, summary.version, tuple(sorted(one.pk for one in made.values())))
    return GAINS.get(key, lambda: tuple(_gains(run, rows, summary, made)))


def _gains(
    run: Run,
    rows: Sequence[Candidate],
    summary: Summary,
    made: dict[str, Adaptation],
) -> list[Gain]:
    found = []
    for row in rows:
        one = made.get(str(row.spec.get("model") or ""))
        parent = _parent(one, rows) if one else None
        if one is not None and parent is not None:
            found.append(_gain(run, summary, one, (parent, row)))
    return found


def _parent(one: Adaptation, rows: Sequence[Candidate]) -> Candidate | None:
    """Return the row of the model that another was made from, by its weights."""
    alike = [row for row in rows if row.spec.get("model") == one.parent.get("model")]
    by_name = (row for row in alike if row.key == one.parent_key)
    return next(by_name, next(iter(alike), None))


def _gain(
    run: Run, summary: Summary, one: Adaptation, both: tuple[Candidate, Candidate]
) -> Gain:
    record = one.record or {}
    paired = paired_of(run, summary, both[0].key, both[1].key)
    times = tuple(_p95(summary, row.key) for row in both)
    processor = formats.number(one.cpu_s, 1)
    return Gain(
        made=Link(both[1].key, project_url(one.project, f"adaptations/{one.number}/")),
        parent=both[0].key,
        technique=one.get_technique_display(),
        before=formats.percent(paired.before) if paired else formats.DASH,
        after=formats.percent(paired.after) if paired else formats.DASH,
        difference=_signed(paired.value) if paired else formats.DASH,
        interval=f"{_signed(paired.low)} to {_signed(paired.high)}" if paired else "",
        samples=formats.count(paired.n, "sample") if paired else "no shared sample",
        verdict=_verdict(paired),
        size=_both(parameters, record, "parameters"),
        file=_both(file_size, record, "bytes"),
        p95=(times[0], times[1]),
        cost=lasted(one.spent_s),
        cost_note=f"{processor} s of processor time",
    )


def _both(
    say: Callable[[float | None], str], record: Mapping[str, Any], name: str
) -> tuple[str, str]:
    """Return a figure of parent and made model in words."""
    before, after = record.get("before", {}), record.get("after", {})
    return say(before.get(name)), say(after.get(name))


def paired_of(run: Run, summary: Summary, before: str, after: str) -> Paired | None:
    """Return the paired difference of two models; None without a shared sample."""
    scores = np.stack([summary.scores(before), summary.scores(after)])
    known = ~np.isnan(scores).any(axis=0)
    if not known.any():
        return None
    asked = [pk for pk, shown in zip(summary.order, known, strict=True) if shown]
    scores = scores[:, known]
    means = scores.mean(axis=1)
    units = _units(scores, asked)
    exact = run.manifest["stop"] == "exhausted" and units.shape[1] == scores.shape[1]
    plain = bool(np.isin(scores, (0.0, 1.0)).all())
    low, high = _tango(units) if exact and plain else _betting(units)
    return Paired(float(means[0]), float(means[1]), low, high, scores.shape[1])


def _units(scores: np.ndarray, asked: Sequence[int]) -> np.ndarray:
    """Return the mean scores of each group, in the order in which groups begin."""
    groups = dict(Sample.objects.filter(pk__in=asked).values_list("pk", "group"))
    if not any(groups.values()):
        return scores
    names = [groups.get(pk) or f"sample {pk}" for pk in asked]
    places: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        places.setdefault(name, []).append(at)
    return np.stack([scores[:, at].mean(axis=1) for at in places.values()], axis=1)


def _tango(units: np.ndarray) -> tuple[float, float]:
    before, after = units
    pairs = Pairs(
        reference=int(((before == 1) & (after == 0)).sum()),
        candidate=int(((before == 0) & (after == 1)).sum()),
        n=units.shape[1],
    )
    low, high = tango_interval(pairs, SIDE, SIDE)
    return -high, -low


def _betting(units: np.ndarray) -> tuple[float, float]:
    count = units.shape[1]
    certifier = Certifier(0.0, SIDE, SIDE, count, "traffic")
    for before, after in units.T:
        certifier.update(float(before - after))
    return -certifier.upper_bound(), -certifier.lower_bound()


def _verdict(paired: Paired | None) -> Verdict:
    if paired is None:
        return Verdict("quiet", "skip", "Not compared")
    if paired.low > 0:
        return Verdict("pass", "pass", "Better")
    if paired.high < 0:
        return Verdict("fail", "fail", "Worse")
    return Verdict("warn", "unsure", "No difference shown")


def _signed(share: float) -> str:
    """Return a difference in points with its sign."""
    text = formats.number(100 * share, 1)
    return f"+{text}" if share > 0 and text.strip("0.") else text


def _p95(summary: Summary, key: str) -> str:
    times = summary.times.get(key)
    if not times:
        return formats.DASH
    return formats.duration(float(np.quantile(np.asarray(times), 0.95)))
