"""What changed between two runs of a project, sample by sample?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from advisor.projects.models import Project
from advisor.projects.pages.header import ProjectHeader, header_of, project_url
from advisor.reports.pages.differences import pieces_of
from advisor.reports.pages.run_pair_words import (
    any_difference,
    headline,
    shared_samples,
    stats,
)
from advisor.reports.pages.sample import text_of
from advisor.reports.pages.samples import Choice, sample_url, subject_of
from advisor.reports.selectors import Result
from advisor.runs.models import Run
from advisor.runs.selectors.pairing import (
    CHANGES,
    AnswerPair,
    Change,
    Pairing,
    Side,
    answer_pairs,
    pairing_of,
)
from advisor.sizing import formats
from advisor.web.parts import Empty, Link, Paging, Piece, Stat
from advisor.web.plain import visible

PAGE = 25
EXCERPT = 120
LABELS: dict[Change, str] = {
    "newly_right": "Newly right",
    "newly_wrong": "Newly wrong",
    "both_right": "Right in both",
    "both_wrong": "Wrong in both",
    "open": "Not scored in both",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """One shared sample: what was expected, and both answers."""

    key: str
    url: str
    input: str
    expected: str
    before: str
    before_pieces: tuple[Piece, ...]
    after: str
    after_pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideChoice:
    """Which run and which of its models; each option has a value, a label, a mark."""

    name: str
    title: str
    runs: tuple[tuple[str, str, bool], ...]
    models: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPairPage:
    """Two runs side by side; ``empty`` where the project has fewer than two."""

    title: str
    header: ProjectHeader
    here: str
    sides: tuple[SideChoice, ...] = ()
    show: str = ""
    headline: str = ""
    samples: str = ""
    test: str = ""
    stats: tuple[Stat, ...] = ()
    shows: tuple[Link, ...] = ()
    rows: tuple[PairRow, ...] = ()
    paging: Paging | None = None
    empty: Empty | None = None


def nothing_to_pair(project: Project) -> RunPairPage:
    """Return the page of a project with fewer than two finished runs."""
    return RunPairPage(
        title=f"Compare runs: {project.name}",
        header=header_of(project, "Runs"),
        here=project_url(project, "runs/compare/"),
        empty=Empty(
            title="Two finished runs are needed",
            text="Sample by sample, a second run shows what a change of model, prompt"
            " or samples did.",
        ),
    )


def run_pair_page(
    first: Result, second: Result, runs: Sequence[Run], query: Mapping[str, str]
) -> RunPairPage:
    """Return what changed from the first run to the second."""
    sides = _sides(first, second, query)
    pairing = pairing_of(*sides)
    asked_for = query.get("show")
    show: Change = next((one for one in CHANGES if one == asked_for), "newly_wrong")
    project = second.run.project
    here = project_url(project, "runs/compare/")
    asked = {
        **{"a": str(first.run.number), "b": str(second.run.number)},
        **{"model_a": sides[0].model, "model_b": sides[1].model},
    }
    found = pairing.changes[show]
    at = _page(query.get("page", "")[:6], len(found))
    chosen = [pairing.shared[place] for place in found[(at - 1) * PAGE : at * PAGE]]
    return RunPairPage(
        title=f"Compare runs: {project.name}",
        header=header_of(project, "Runs"),
        here=here,
        show=show,
        sides=tuple(
            _choice(name, one, result, runs)
            for name, one, result in zip("ab", sides, (first, second), strict=True)
        ),
        headline=headline(sides, pairing),
        samples=shared_samples(pairing),
        test=any_difference(pairing, first, second),
        stats=stats(pairing),
        shows=_shows(f"{here}?{urlencode(asked)}", pairing, show),
        rows=tuple(
            _row(second.run, one) for one in answer_pairs(*sides, tuple(chosen))
        ),
        paging=_paging(f"{here}?{urlencode({**asked, 'show': show})}", at, len(found)),
    )


def _shows(base: str, pairing: Pairing, show: Change) -> tuple[Link, ...]:
    """Return a link for each kind of change, with its count."""
    return tuple(
        Link(
            f"{LABELS[one]} {formats.number(len(pairing.changes[one]))}",
            f"{base}&show={one}",
            one == show,
        )
        for one in CHANGES
    )


def _page(asked: str, total: int) -> int:
    """Return the page that is asked for, held inside those there are."""
    number = int(asked) if asked.isdecimal() else 1
    return min(max(1, number), max(1, -(-total // PAGE)))


def _sides(
    first: Result, second: Result, query: Mapping[str, str]
) -> tuple[Side, Side]:
    """Return both runs with the model asked for, the same one where both have it."""
    after = _model(second, query.get("model_b", ""), subject_of(second))
    before = _model(first, query.get("model_a", ""), after)
    return (
        Side(run=first.run, summary=first.summary, model=before),
        Side(run=second.run, summary=second.summary, model=after),
    )


def _model(result: Result, asked: str, usual: str) -> str:
    known = {one["id"] for one in result.findings}
    chosen = next((one for one in (asked, usual) if one in known), None)
    return chosen or subject_of(result)


def _choice(name: str, side: Side, result: Result, runs: Sequence[Run]) -> SideChoice:
    return SideChoice(
        name=name,
        title={"a": "Before", "b": "After"}[name],
        runs=tuple(
            (str(run.number), f"Run {run.number}", run.pk == side.run.pk)
            for run in runs
        ),
        models=tuple(
            (one["id"], one["id"], one["id"] == side.model) for one in result.findings
        ),
    )


def _row(run: Run, one: AnswerPair) -> PairRow:
    expected = visible(text_of(one.expected))
    text = visible(" ".join(one.input.split()))
    texts = [visible(said or "") for said in (one.before, one.after)]
    pieces = [
        pieces_of(said, expected) if score is not None and score < 1 else ()
        for said, score in zip(texts, one.scores, strict=True)
    ]
    return PairRow(
        key=visible(one.key),
        url=sample_url(run, one.key, Choice(show="all")),
        input=text if len(text) <= EXCERPT else f"{text[:EXCERPT]} …",
        expected=expected,
        before=texts[0],
        before_pieces=pieces[0],
        after=texts[1],
        after_pieces=pieces[1],
    )


def _paging(base: str, number: int, total: int) -> Paging:
    pages = max(1, -(-total // PAGE))
    return Paging(
        first=(number - 1) * PAGE + 1 if total else 0,
        last=min(total, number * PAGE),
        total=total,
        previous=f"{base}&page={number - 1}" if number > 1 else None,
        next=f"{base}&page={number + 1}" if number < pages else None,
    )
