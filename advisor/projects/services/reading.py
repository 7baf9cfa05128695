"""How does a kept file become the samples of a draft? Read, check, then store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from advisor.builtin import sample_pack
from advisor.projects import selectors
from advisor.projects.models import SampleSet, Setup
from advisor.projects.parsing import (
    Options,
    Problem,
    SampleRow,
    Table,
    guess_mapping,
    meaning_problems,
    parse_in_child,
    samples_from,
)
from advisor.projects.parsing.corrections import Cells, corrected
from advisor.projects.parsing.flags import masked_sample
from advisor.projects.parsing.values import errors_of
from advisor.projects.services.drafting import hold_draft, save_draft, without_consent
from advisor.projects.services.storing import store_samples
from advisor.sizing import formats

SAMPLES_STEP = 3
DEFAULTS = Options()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of a file: its table, the samples, everything found on the way.

    ``rows`` are the samples of the rows without an error.
    """

    table: Table
    rows: tuple[SampleRow, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether there are samples and no error among the problems."""
        return bool(self.rows) and all(p.severity != "error" for p in self.problems)


def read_samples(
    content: bytes,
    name: str,
    chosen: Mapping[str, str] | None = None,
    options: Options = DEFAULTS,
    tell: Callable[[int], None] | None = None,
    corrections: Cells | None = None,
) -> Reading:
    """Read a file's samples by the chosen columns, else by the likeliest ones.

    ``corrections`` take the place of cells, by row number and column.
    """
    table = parse_in_child(content, name, options, tell=tell)
    table = corrected(table, corrections or {})
    if not table.columns:
        return Reading(table=table, problems=table.problems)
    mapping = chosen if chosen is not None else guess_mapping(table.columns)
    samples, found = samples_from(table, mapping)
    # A cell that is too long, or holds an error of the spreadsheet, gives a sample too.
    bad = {one.row for one in errors_of((*table.problems, *found))}
    rows = tuple(one for one in samples if one.row not in bad)
    problems = (*table.problems, *found, *meaning_problems(rows))
    return Reading(table=table, rows=rows, problems=problems)


@transaction.atomic
def take_samples(
    *,
    setup: Setup,
    name: str,
    reading: Reading,
    tuning_share: float = 0.0,
    corrections: Cells | None = None,
) -> SampleSet:
    """Make a reading the samples of a draft; warnings are kept beside them.

    Where a reading is taken in spite of errors, the rows with errors are left out and
    the note says how many; another how many cells were put right by hand.
    """
    hold_draft(setup)
    bad = len({p.row for p in reading.problems if p.severity == "error"})
    notes = [p.message for p in reading.problems if p.severity != "error"]
    left_out = f"{bad:,} {'row was' if bad == 1 else 'rows were'} left out."
    by_hand = sum(len(cells) for cells in (corrections or {}).values())
    if by_hand:
        verb = "was" if by_hand == 1 else "were"
        notes.append(f"{formats.count(by_hand, 'cell')} {verb} put right by hand.")
    stored = store_samples(
        project=setup.project,
        name=name,
        rows=reading.rows,
        notes=[left_out, *notes] if bad else notes,
        tuning_share=tuning_share,
    )
    use_samples(setup, stored)
    return stored


def guessed(columns: Sequence[str]) -> dict[str, str]:
    """Return the likeliest column of each role."""
    return guess_mapping(columns).as_dict()


def use_samples(setup: Setup, stored: SampleSet) -> None:
    """Make stored samples the held draft's; consents are to be given anew."""
    document = {
        **without_consent(setup.document),
        "samples": stored.pk,
        "tuning_share": stored.tuning_share or None,
    }
    save_draft(setup=setup, document=document, step=SAMPLES_STEP, sample_set=stored)


@transaction.atomic
def set_tuning_share(*, setup: Setup, share: float) -> SampleSet | None:
    """Keep ``share`` of a draft's samples for tuning: the same samples, split anew."""
    hold_draft(setup)
    before = setup.sample_set
    if before is None or before.tuning_share == share:
        return before
    rows = [selectors.row_of(one) for one in before.samples.order_by("position")]
    stored = store_samples(
        project=setup.project,
        name=before.name,
        rows=rows,
        notes=before.notes,
        tuning_share=share,
    )
    use_samples(setup, stored)
    return stored


@transaction.atomic
def mask_samples(*, setup: Setup) -> SampleSet | None:
    """Take what looks like personal data or a key out of a draft's samples, for all.

    Every model is asked the masked text, so that the comparison stays fair.
    """
    hold_draft(setup)
    before = setup.sample_set
    if before is None or not before.flagged:
        return before
    rows = [selectors.row_of(one) for one in before.samples.order_by("position")]
    count = before.flagged["samples"]
    stored = store_samples(
        project=setup.project,
        name=before.name,
        rows=[masked_sample(one) for one in rows],
        notes=[
            f"Masked in {count:,} {'sample' if count == 1 else 'samples'}.",
            *(note for note in before.notes if " may hold " not in note),
        ],
        tuning_share=before.tuning_share,
    )
    use_samples(setup, stored)
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
