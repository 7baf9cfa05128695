"""Which samples does the appendix show? Those where the models differ, then others."""

import json

from advisor.reports.pages.record.value import Asked
from advisor.reports.selectors import Result
from advisor.runs.selectors import AnswerView, SampleView, sample_page
from advisor.sizing import formats

MOST = 24
LONGEST = 1200


def samples_of(result: Result) -> tuple[Asked, ...]:
    """Return at most 24 samples with every answer, cut to what a page can hold."""
    found = sample_page(result.run, show="different", size=MOST).samples
    if len(found) < MOST:
        seen = {one.key for one in found}
        rest = sample_page(result.run, size=MOST).samples
        found = (*found, *(one for one in rest if one.key not in seen))[:MOST]
    return tuple(_asked(one) for one in found)


def _asked(one: SampleView) -> Asked:
    expected = one.expected
    if not isinstance(expected, str):
        expected = json.dumps(expected, ensure_ascii=False)
    return Asked(
        title=f"Sample {one.key}",
        input=_cut(one.input),
        expected=_cut(expected),
        answers=tuple(_answer(each) for each in one.answers if not each.repeat),
    )


def _answer(one: AnswerView) -> tuple[str, str]:
    told = one.output or one.failure_message or "No answer"
    return f"{one.candidate}, score {formats.number(one.score, 2)}", _cut(told)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"
