"""Which samples went wrong, and which are looked at? The list beside a comparison."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from advisor.projects.models import Sample
from advisor.projects.pages.header import ProjectHeader, project_url
from advisor.reports.pages.sample import SampleDetail, sample_detail
from advisor.reports.selectors import Result
from advisor.runs.models import Run
from advisor.runs.selectors import AnswerView, SampleView, sample_of
from advisor.runs.selectors.sample_filter import (
    SHOWS,
    Show,
    Wanted,
    counts_of,
    neighbours_of,
    page_of,
)
from advisor.sizing import formats
from advisor.web.kept import Kept
from advisor.web.parts import Paging
from advisor.web.plain import visible

EXCERPT = 90
PAGE = 25
ACCEPTED = 1.0
LONGEST = 200  # characters that are searched for
LABELS: dict[Show, str] = {
    "worse": "{subject} worse than the reference",
    "different": "Models disagree",
    "failures": "A candidate failed",
    "none": "All candidates failed",
    "all": "All samples",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the address asks for: filter, text, tag, page and the open sample."""

    show: str = ""
    text: str = ""
    tag: str = ""
    page: int = 1
    sample: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Choice":
        """Read an address; what it does not know is left to the default."""
        page = query.get("page", "")[:9]
        show = query.get("show", "")
        return cls(
            show=show if show in SHOWS else "",
            text=query.get("q", "").replace("\x00", "").strip()[:LONGEST],
            tag=query.get("tag", "").replace("\x00", "")[:LONGEST],
            page=int(page) if page.isdecimal() else 1,
            sample=query.get("sample", "").replace("\x00", ""),
        )

    def query(self, **changes: object) -> str:
        """Return the query of this choice, with some of it changed."""
        now = {
            **{"show": self.show, "q": self.text, "tag": self.tag},
            **{"page": "" if self.page == 1 else self.page, "sample": self.sample},
            **changes,
        }
        return urlencode({key: value for key, value in now.items() if value})

    def wanted(self, result: Result) -> Wanted:
        """Return the filter; without one, where the recommended model was worse."""
        subject = subject_of(result)
        usual: Show = "all"
        if result.recommended and counts_of(result.summary, subject)["worse"]:
            usual = "worse"
        show: Show = next((one for one in SHOWS if one == self.show), usual)
        return Wanted(subject=subject, show=show, text=self.text, tag=self.tag)


UNFILTERED = Choice()
LISTS: Kept["SampleList"] = Kept(512)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRow:
    """One sample in the list: its scores in the order of the columns."""

    key: str
    url: str
    excerpt: str
    tags: str
    scores: tuple[tuple[str, str, bool], ...]
    picked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleList:
    """A page of samples with the scores of those who matter most."""

    url: str
    text: str
    shows: tuple[tuple[str, str, bool], ...]
    tags: tuple[tuple[str, bool], ...]
    columns: tuple[str, ...]
    rows: tuple[SampleRow, ...]
    paging: Paging
    total: str
    detail: SampleDetail | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesPage:
    """A page of samples by itself, for those without JavaScript."""

    title: str
    header: ProjectHeader
    samples: SampleList


def subject_of(result: Result) -> str:
    """Return who is compared with the reference: the recommended, else the closest."""
    chosen = result.recommended or next(
        (one for one in result.findings if one["role"] == "candidate"), None
    )
    return "" if chosen is None else str(chosen["id"])


def most_telling(result: Result) -> tuple[str, ...]:
    """Return the subject, the runner-up and the reference: the columns of the list."""
    ids = [one["id"] for one in result.findings if one["role"] == "candidate"]
    subject = subject_of(result)
    others = [
        one["id"]
        for one in result.findings
        if one["id"] != subject and one["role"] == "candidate" and one["quality"]
    ]
    bar = result.reference
    named = [*([subject] if ids else []), *others[:1], *([bar["id"]] if bar else [])]
    return tuple(named)


def sample_list(
    result: Result, choice: Choice, detail: SampleDetail | None = None
) -> SampleList:
    """Return one page of a run's samples, with the open one below it."""
    version = result.version
    if version is None:
        return replace(_listed(result, choice), detail=detail)
    found = LISTS.get((version, choice), lambda: _listed(result, choice))
    return found if detail is None else replace(found, detail=detail)


def _listed(result: Result, choice: Choice) -> SampleList:
    run, summary = result.run, result.summary
    wanted = choice.wanted(result)
    columns = most_telling(result)
    found = page_of(run, summary, wanted, number=choice.page, size=PAGE, models=columns)
    here = project_url(run.project, f"runs/{run.number}/samples/")
    counts = counts_of(summary, wanted.subject)
    tags = sorted(summary.slices)
    return SampleList(
        url=here,
        text=choice.text,
        shows=tuple(
            (show, _label(show, wanted.subject, counts[show]), show == wanted.show)
            for show in SHOWS
            if show != "worse" or result.reference
        ),
        tags=tuple((tag, tag == choice.tag) for tag in map(visible, tags)),
        columns=columns,
        rows=tuple(_row(run, one, columns, choice) for one in found.samples),
        paging=_paging(here, choice, found.number, found.pages, found.total),
        total=f"{formats.number(found.total)} of"
        f" {formats.count(len(summary.order), 'sample')}",
    )


def open_sample(result: Result, choice: Choice) -> SampleDetail | None:
    """Return the sample that is open, with the ones before and after it in the list.

    None where the address names none of the run's samples.
    """
    run, summary = result.run, result.summary
    try:
        sample = sample_of(run, choice.sample) if choice.sample else None
    except Sample.DoesNotExist:
        sample = None
    if sample is None:
        return None
    around = neighbours_of(run, summary, choice.wanted(result), sample.position)
    return sample_detail(
        result,
        sample,
        first=most_telling(result),
        around=around,
        url=lambda key: sample_url(run, key, choice),
        back=compare_url(run, choice.query(sample="")),
    )


def compare_url(run: Run, query: str) -> str:
    """Return the address of the samples in the comparison, as they are filtered."""
    here = project_url(run.project, f"runs/{run.number}/compare/")
    return f"{here}?{query}#samples" if query else f"{here}#samples"


def sample_url(run: Run, key: str, choice: Choice = UNFILTERED) -> str:
    """Return the address of one sample of a run; keys may hold any character."""
    here = project_url(run.project, f"runs/{run.number}/sample/")
    return f"{here}?{choice.query(sample=key)}"


def _label(show: Show, subject: str, count: int) -> str:
    return f"{LABELS[show].format(subject=subject)} ({formats.number(count)})"


def _row(
    run: Run, one: SampleView, columns: tuple[str, ...], choice: Choice
) -> SampleRow:
    text = visible(" ".join(one.input.split()))
    first = {a.candidate: a for a in one.answers if not a.repeat}
    return SampleRow(
        key=visible(one.key),
        url=sample_url(run, one.key, choice),
        excerpt=text if len(text) <= EXCERPT else f"{text[:EXCERPT]} …",
        tags=visible(", ".join(one.tags)),
        scores=tuple((name, *_score(first.get(name))) for name in columns),
        picked=one.key == choice.sample,
    )


def _score(answer: AnswerView | None) -> tuple[str, bool]:
    score = None if answer is None else answer.score
    return formats.number(score, 2), score is not None and score < ACCEPTED


def _paging(here: str, choice: Choice, number: int, pages: int, total: int) -> Paging:
    def at(page: int) -> str | None:
        query = choice.query(page="" if page == 1 else page, sample="")
        return f"{here}?{query}" if 1 <= page <= pages else None

    first = (number - 1) * PAGE + 1 if total else 0
    return Paging(
        first=first,
        last=min(total, number * PAGE),
        total=total,
        previous=at(number - 1),
        next=at(number + 1),
    )
