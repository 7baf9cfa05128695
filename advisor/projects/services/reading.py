"""How does a kept file become the samples of a draft? Read, check, then store."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from advisor.builtin import sample_pack
from advisor.projects.models import SampleSet, Setup
from advisor.projects.parsing import (
    Problem,
    SampleRow,
    Table,
    guess_mapping,
    meaning_problems,
    parse_in_child,
    samples_from,
)
from advisor.projects.services.drafting import save_draft
from advisor.projects.services.storing import store_samples

SAMPLES_STEP = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of a file: its table, the samples, everything found on the way."""

    table: Table
    rows: tuple[SampleRow, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether there are samples and no error among the problems."""
        return bool(self.rows) and all(p.severity != "error" for p in self.problems)


def read_samples(
    content: bytes, name: str, chosen: Mapping[str, str] | None = None
) -> Reading:
    """Read a file's samples by the chosen columns, else by the likeliest ones."""
    table = parse_in_child(content, name)
    if table.errors or not table.columns:
        return Reading(table=table, problems=table.problems)
    mapping = chosen if chosen is not None else guess_mapping(table.columns)
    rows, found = samples_from(table, mapping)
    problems = (*table.problems, *found, *meaning_problems(rows))
    return Reading(table=table, rows=tuple(rows), problems=problems)


@transaction.atomic
def take_samples(*, setup: Setup, name: str, reading: Reading) -> SampleSet:
    """Make a reading the samples of a draft; warnings are kept beside them."""
    stored = store_samples(
        project=setup.project,
        name=name,
        rows=reading.rows,
        notes=[one.message for one in reading.problems],
    )
    document = {**setup.document, "samples": stored.pk}
    save_draft(setup=setup, document=document, step=SAMPLES_STEP, sample_set=stored)
    return stored


@transaction.atomic
def take_pack(*, setup: Setup, name: str) -> SampleSet:
    """Make a sample pack that ships the draft's, with its prompt and scorer."""
    pack = sample_pack(name)
    reading = read_samples(pack.path.read_bytes(), pack.path.name)
    stored = take_samples(setup=setup, name=pack.path.name, reading=reading)
    document = {
        **setup.document,
        "prompt": pack.prompt,
        "scorer": pack.scorer,
        "max_output_tokens": pack.max_output_tokens,
    }
    save_draft(setup=setup, document=document, step=SAMPLES_STEP)
    return stored
