"""What did everyone answer to one sample? Side by side, the most telling first."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from advisor.projects.pages.header import ProjectHeader, header_of
from advisor.reports.pages.differences import pieces_of
from advisor.reports.selectors import Result
from advisor.runs.selectors import AnswerView, SampleView
from advisor.sizing import formats
from advisor.web.parts import AnswerCard, Link, Verdict
from advisor.web.plain import visible

ACCEPTED = 1.0
SMALL_USD = 0.001
Url = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDetail:
    """One sample: input, expected answer and all answers side by side."""

    title: str
    header: ProjectHeader
    back: Link
    key: str
    raw_key: str
    input: str
    expected: str
    tags: str
    answers: tuple[AnswerCard, ...]
    others: tuple[AnswerCard, ...]
    previous: str | None
    next: str | None


def sample_detail(
    result: Result,
    sample: SampleView,
    *,
    first: tuple[str, ...],
    around: tuple[str | None, str | None],
    url: Url,
    back: str,
) -> SampleDetail:
    """Return one sample; the answers of ``first`` lead, the rest is on request.

    ``around`` are the keys before and after, whose addresses ``url`` makes.
    """
    before, after = around
    place = {name: at for at, name in enumerate(first)}
    leading = [one for one in sample.answers if one.candidate in place]
    leading.sort(key=lambda one: (place[one.candidate], one.repeat))
    chosen = result.document["recommended"]
    expected = text_of(sample.expected)
    others = [one for one in sample.answers if one.candidate not in place]
    return SampleDetail(
        title=f"Sample {visible(sample.key)}",
        header=header_of(result.run.project, "Comparison"),
        back=Link("Back to the comparison", back),
        key=visible(sample.key),
        raw_key=sample.key,
        input=visible(sample.input),
        expected=visible(expected),
        tags=visible(", ".join(sample.tags)),
        answers=tuple(_card(one, chosen, expected) for one in leading),
        others=tuple(_card(one, chosen, expected) for one in others),
        previous=None if before is None else url(before),
        next=None if after is None else url(after),
    )


def text_of(value: object) -> str:
    """Return an expected answer as text; one that is no text as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, indent=1)


def _card(one: AnswerView, chosen: str | None, expected: str) -> AnswerCard:
    role = " (reference)" if one.role == "reference" else ""
    turn = f", repeat {one.repeat + 1}" if one.repeat else ""
    notes = [
        formats.duration(one.latency_ms) if one.latency_ms is not None else "",
        _cost(one.cost_usd),
        one.detail,
        "output cut at the limit" if one.finish == "length" else "",
        f"asked {one.tries} times" if one.tries > 1 else "",
        one.failure_message,
    ]
    output = visible(one.output)
    wrong = one.score is not None and one.score < ACCEPTED
    return AnswerCard(
        who=f"{one.candidate}{role}{turn}",
        verdict=_verdict(one),
        text=output or None,
        note=visible(" · ".join(note for note in notes if note)),
        recommended=one.candidate == chosen,
        pieces=pieces_of(output, visible(expected)) if wrong else (),
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
