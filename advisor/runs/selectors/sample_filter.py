"""Which samples are looked for? Filters over the scores of a finished run.

Scores of all samples are at hand as arrays, so that a filter, its count and the sample
before and after cost nothing; only the samples of one page are read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from django.db.models import Q

from advisor.projects.models import Sample
from advisor.runs.models import Answer, Run
from advisor.runs.selectors.answers import SamplePage, views_of
from advisor.runs.selectors.summary import Summary
from advisor.web.kept import Kept
from advisor.web.plain import visible

Show = Literal["worse", "different", "failures", "none", "all"]
SHOWS: tuple[Show, ...] = get_args(Show)
FULL = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which samples: one of the filters, a text in input or answers, a tag as shown.

    ``worse`` are those on which ``subject`` scored below the reference; on
    ``different`` the scores differ, on ``failures`` a candidate missed the full score
    or a planned answer, on ``none`` every candidate did.
    """

    subject: str = ""
    show: Show = "all"
    text: str = ""
    tag: str = ""


MOST_BYTES = 16_000_000
KEPT: Kept[Mapping[Show, np.ndarray]] = Kept(
    MOST_BYTES, weigh=lambda masks: sum(mask.nbytes for mask in masks.values())
)


def counts_of(summary: Summary, subject: str) -> dict[Show, int]:
    """Return how many samples each filter finds, without text and tag."""
    masks = _masks(summary, subject)
    return {show: int(masks[show].sum()) for show in SHOWS}


def positions_of(run: Run, summary: Summary, wanted: Wanted) -> np.ndarray:
    """Return the places of what is wanted in the run's fixed order, from 0."""
    mask = _masks(summary, wanted.subject)[wanted.show].copy()
    if wanted.tag:
        tags = summary.case.tags or ()
        named = [wanted.tag in map(visible, one) for one in tags]
        mask &= np.array(named, dtype=bool)
    if wanted.text:
        mask &= np.isin(np.array(summary.order), _holding(run, wanted.text))
    return np.flatnonzero(mask)


def page_of(
    run: Run,
    summary: Summary,
    wanted: Wanted,
    *,
    number: int = 1,
    size: int = 25,
    models: Sequence[str] = (),
) -> SamplePage:
    """Return a page of the samples that are wanted; ``number`` counts from 1.

    With ``models`` it holds their answers only.
    """
    places = positions_of(run, summary, wanted)
    pages = max(1, -(-len(places) // size))
    number = min(max(1, number), pages)
    chosen = places[(number - 1) * size : number * size].tolist()
    views = views_of(run, [summary.order[at] for at in chosen], models)
    return SamplePage(samples=views, number=number, pages=pages, total=len(places))


def neighbours_of(
    run: Run, summary: Summary, wanted: Wanted, position: int
) -> tuple[str | None, str | None]:
    """Return the keys of the samples before and after a place, of those wanted."""
    places = positions_of(run, summary, wanted).tolist()
    before = next((at for at in reversed(places) if at < position), None)
    after = next((at for at in places if at > position), None)
    ids = [summary.order[at] for at in (before, after) if at is not None]
    keys = dict(Sample.objects.filter(pk__in=ids).values_list("pk", "key"))
    return (
        None if before is None else keys[summary.order[before]],
        None if after is None else keys[summary.order[after]],
    )


def _masks(summary: Summary, subject: str) -> Mapping[Show, np.ndarray]:
    key = (summary.run_pk, summary.version, subject)
    return KEPT.get(key, lambda: _made(summary, subject))


def _made(summary: Summary, subject: str) -> Mapping[Show, np.ndarray]:
    case, size = summary.case, len(summary.order)
    columns = {one.id: summary.scores(one.id) for one in case.evidence}
    bar = case.reference
    nothing = np.zeros(size, dtype=bool)
    # A model that was stopped early, or not run, planned nothing more.
    missed = [
        (columns[one.id] < FULL)
        | (np.isnan(columns[one.id]) & (np.arange(size) < one.answers.size))
        for one in case.candidates
        if one.answers.size
    ]
    table = np.array(list(columns.values()))
    known = ~np.isnan(table)
    highest = np.where(known, table, -1.0).max(axis=0)
    lowest = np.where(known, table, 2.0).min(axis=0)
    worse = columns[subject] < columns[bar.id] if bar and subject in columns else None
    return {
        "all": np.ones(size, dtype=bool),
        "worse": nothing if worse is None else worse,
        "different": (highest > lowest) & known.any(axis=0),
        "failures": np.any(missed, axis=0) if missed else nothing,
        "none": np.all(missed, axis=0) if missed else nothing,
    }


def _holding(run: Run, text: str) -> list[int]:
    """Return the ids of the samples that hold a text in key, input or an answer."""
    asked = Sample.objects.filter(sample_set=run.setup.sample_set_id).filter(
        Q(input__icontains=text) | Q(key__icontains=text)
    )
    said = Answer.objects.filter(trial__run=run, output__icontains=text)
    found = set(asked.values_list("pk", flat=True))
    found |= set(said.values_list("trial__sample_id", flat=True))
    return list(found)
