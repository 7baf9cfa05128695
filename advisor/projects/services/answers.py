"""Which expected answers can a draft's scorer not use, and how are they put right?"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import transaction

from advisor.projects import selectors
from advisor.projects.models import SampleSet, Setup
from advisor.projects.parsing import SampleRow, expected_problems
from advisor.projects.parsing.corrections import LONGEST, typed_value
from advisor.projects.services.drafting import hold_draft
from advisor.projects.services.reading import use_samples
from advisor.projects.services.storing import store_samples
from advisor.scoring.registry import scorer
from advisor.sizing import formats


@dataclass(frozen=True, slots=True)
class Unscored:
    """One sample that cannot be scored: why, and what is expected of it as text.

    ``key`` is empty where all of them are meant, or where the text is too long to type.
    """

    message: str
    key: str = ""
    text: str = ""


def unscored(*, setup: Setup) -> list[Unscored]:
    """Return what the scorer of a draft cannot score, in the order of the samples."""
    if setup.sample_set is None:
        return []
    rows = [
        selectors.row_of(one) for one in selectors.evaluation_samples(setup.sample_set)
    ]
    by_row = {one.row: one for one in rows}
    spec = setup.document.get("scorer") or "exact_match"
    found = expected_problems(rows, scorer(spec), "sample")
    return [_unscored(one.message, by_row.get(one.row or 0)) for one in found]


@transaction.atomic
def correct_expected(*, setup: Setup, texts: Mapping[str, str]) -> SampleSet | None:
    """Give samples of a draft other expected answers, by their ids, as a new version.

    An id that is not there is left; a text that says what stood there changes nothing.
    """
    hold_draft(setup)
    before = setup.sample_set
    if before is None:
        return None
    rows = [selectors.row_of(one) for one in before.samples.order_by("position")]
    changed = [_corrected(one, texts) for one in rows]
    number = sum(one != other for one, other in zip(rows, changed, strict=True))
    if not number:
        return before
    told = f"{formats.count(number, 'expected answer')} put right by hand."
    stored = store_samples(
        project=setup.project,
        name=before.name,
        rows=changed,
        notes=[*before.notes, told],
        tuning_share=before.tuning_share,
    )
    use_samples(setup, stored)
    return stored


def _unscored(message: str, sample: SampleRow | None) -> Unscored:
    text = "" if sample is None else _text(sample)
    if sample is None or len(text) > LONGEST:
        return Unscored(message)
    return Unscored(message, sample.id, text)


def _corrected(sample: SampleRow, texts: Mapping[str, str]) -> SampleRow:
    text = texts.get(sample.id)
    if text is None or text == _text(sample):
        return sample
    return replace(sample, expected=typed_value(text[:LONGEST], sample.expected))


def _text(sample: SampleRow) -> str:
    expected = sample.expected
    if expected is None or isinstance(expected, str):
        return expected or ""
    return json.dumps(expected, ensure_ascii=False)
