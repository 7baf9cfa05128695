"""Which samples went wrong, and what did everyone answer? The list and one sample."""

import json
from dataclasses import dataclass
from urllib.parse import urlencode

from advisor.projects.pages.header import ProjectHeader, header_of, project_url
from advisor.runs.models import Run
from advisor.runs.selectors import (
    AnswerView,
    SamplePage,
    SampleView,
    Show,
    neighbours_of,
    sample_page,
)
from advisor.sizing import formats
from advisor.web.parts import AnswerCard, Link, Paging, Verdict
from advisor.web.plain import visible

SHOWS: dict[Show, str] = {
    "all": "All",
    "worse": "Worse than the reference",
    "failures": "Failures",
    "different": "Different",
}
EXCERPT = 90
PAGE = 25
ACCEPTED = 1.0
SMALL_USD = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """One sample in the list: its scores in the order of the columns."""

    key: str
    url: str
    excerpt: str
    tags: str
    scores: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleList:
    """A page of samples with everyone's score."""

    url: str
    shows: tuple[Link, ...]
    columns: tuple[str, ...]
    rows: tuple[SampleRow, ...]
    paging: Paging
    total: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesPage:
    """A page of samples by itself, for those without JavaScript."""

    title: str
    header: ProjectHeader
    samples: SampleList


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDetail:
    """One sample: input, expected answer and all answers side by side."""

    title: str
    header: ProjectHeader
    back: Link
    key: str
    input: str
    expected: str
    tags: str
    answers: tuple[AnswerCard, ...]
    previous: str | None
    next: str | None


def show_of(text: str) -> Show:
    """Return the filter that a query names; all samples for an unknown one."""
    return next((show for show in SHOWS if show == text), "all")


def sample_list(run: Run, *, show: Show = "all", number: int = 1) -> SampleList:
    """Return one page of a run's samples and everyone's score on each."""
    found = sample_page(run, show=show, number=number, size=PAGE)
    here = project_url(run.project, f"runs/{run.number}/samples/")
    answers = found.samples[0].answers if found.samples else ()
    columns = [one.candidate for one in answers if not one.repeat]
    return SampleList(
        url=here,
        shows=tuple(
            Link(text, f"{here}?{urlencode({'show': name})}", name == show)
            for name, text in SHOWS.items()
        ),
        columns=tuple(columns),
        rows=tuple(_row(run, one) for one in found.samples),
        paging=_paging(here, show, found),
        total=formats.count(found.total, "sample"),
    )


def sample_detail(run: Run, sample: SampleView) -> SampleDetail:
    """Return one sample with everyone's answer, reference first."""
    before, after = neighbours_of(run, sample.key)
    chosen = getattr(getattr(run, "recommendation", None), "recommended", "")
    comparison = project_url(run.project, f"runs/{run.number}/compare/#samples")
    return SampleDetail(
        title=f"Sample {visible(sample.key)}",
        header=header_of(run.project, "Comparison"),
        back=Link("Back to the comparison", comparison),
        key=visible(sample.key),
        input=visible(sample.input),
        expected=visible(_text(sample.expected)),
        tags=visible(", ".join(sample.tags)),
        answers=tuple(_card(one, chosen) for one in sample.answers),
        previous=None if before is None else sample_url(run, before),
        next=None if after is None else sample_url(run, after),
    )


def sample_url(run: Run, key: str) -> str:
    """Return the address of one sample of a run; keys may hold any character."""
    here = project_url(run.project, f"runs/{run.number}/sample/")
    return f"{here}?{urlencode({'key': key})}"


def _row(run: Run, one: SampleView) -> SampleRow:
    text = visible(" ".join(one.input.split()))
    return SampleRow(
        key=visible(one.key),
        url=sample_url(run, one.key),
        excerpt=text if len(text) <= EXCERPT else f"{text[:EXCERPT]} …",
        tags=visible(", ".join(one.tags)),
        scores=tuple(
            (formats.number(a.score, 2), a.score is not None and a.score < ACCEPTED)
            for a in one.answers
            if not a.repeat
        ),
    )


def _paging(here: str, show: str, found: SamplePage) -> Paging:
    def at(number: int) -> str | None:
        query = urlencode({"show": show, "page": number})
        return f"{here}?{query}" if 1 <= number <= found.pages else None

    first = (found.number - 1) * PAGE + 1 if found.samples else 0
    return Paging(
        first=first,
        last=max(0, first + len(found.samples) - 1),
        total=found.total,
        previous=at(found.number - 1),
        next=at(found.number + 1),
    )


def _card(one: AnswerView, chosen: str) -> AnswerCard:
    role = " (reference)" if one.role == "reference" else ""
    turn = f", repeat {one.repeat + 1}" if one.repeat else ""
    notes = [
        formats.duration(one.latency_ms) if one.latency_ms is not None else "",
        _cost(one.cost_usd),
        one.detail,
        "output cut at the limit" if one.finish == "length" else "",
        one.failure_message,
    ]
    return AnswerCard(
        who=f"{one.candidate}{role}{turn}",
        verdict=_verdict(one),
        text=visible(one.output) or None,
        note=visible(" · ".join(note for note in notes if note)),
        recommended=one.candidate == chosen,
    )


def _cost(dollars: float | None) -> str:
    """Return what one answer cost; by the thousand where it is next to nothing."""
    if dollars is None:
        return ""
    if 0 < dollars < SMALL_USD:
        return f"{formats.money(1000 * dollars)} per 1,000"
    return formats.money(dollars)


def _verdict(one: AnswerView) -> Verdict:
    if one.score is None:
        return Verdict("quiet", "skip", "No answer")
    if one.score >= ACCEPTED:
        return Verdict("pass", "pass", formats.number(one.score, 2))
    return Verdict("fail", "fail", formats.number(one.score, 2))


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, indent=1)
