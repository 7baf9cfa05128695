"""In which rows and columns does a sample seem to hold personal data or a key?"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from advisor.projects.parsing.contents import SampleLike, SampleRow
from advisor.projects.parsing.personal import (
    find_personal,
    masked,
    masked_value,
    shown,
)

LISTED = 1_000  # flags kept with a sample set; the rest is counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One find: whose, in which row and column, of which kind, and shown masked."""

    sample: str
    row: int | None
    column: str
    kind: str
    plural: str
    shown: str


def flags_of(samples: Iterable[SampleLike]) -> Iterator[Flag]:
    """Yield what is found in the inputs and expected answers of ``samples``."""
    for sample in samples:
        expected = sample.expected
        if expected is not None and not isinstance(expected, str):
            expected = json.dumps(expected, ensure_ascii=False)
        for column, text in (("input", sample.input), ("expected", expected or "")):
            for found in find_personal(text):
                yield Flag(
                    sample=sample.id,
                    row=getattr(sample, "row", None),
                    column=column,
                    kind=found.kind.name,
                    plural=found.kind.plural,
                    shown=shown(text, found),
                )


def summary_of(flags: Iterable[Flag]) -> dict[str, Any]:
    """Return what a sample set keeps: samples and finds by kind, and the first finds.

    Empty where nothing was found.
    """
    kinds: dict[str, int] = {}
    samples: set[str] = set()
    listed: list[dict[str, Any]] = []
    for flag in flags:
        kinds[flag.plural] = kinds.get(flag.plural, 0) + 1
        samples.add(flag.sample)
        if len(listed) < LISTED:
            shown_fields = ("sample", "row", "column", "kind", "shown")
            listed.append({name: getattr(flag, name) for name in shown_fields})
    if not kinds:
        return {}
    return {"samples": len(samples), "kinds": kinds, "listed": listed}


def masked_sample(sample: SampleRow) -> SampleRow:
    """Return a sample with every find in input and expected answer taken out."""
    return replace(
        sample,
        input=masked(sample.input),
        expected=masked_value(sample.expected),
    )
