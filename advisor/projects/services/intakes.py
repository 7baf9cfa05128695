"""How does a file become samples while somebody waits? By a row that workers claim.

A small file is read at once; a large one by whoever claims its row, under a lease. A
message to a worker is a hint: a worker that dies leaves the row to the next, and what
a page shows is read from the row.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from advisor.accounts.models import User
from advisor.projects.models import Intake, Setup, Upload
from advisor.projects.parsing import Options, Problem
from advisor.projects.parsing.corrections import cells_at_fault
from advisor.projects.services.reading import Reading, read_samples, take_samples
from advisor.web.clock import from_now

AT_ONCE_BYTES = 1_000_000  # up to here a file is read while its sender waits
LEASE_SECONDS = 30  # by the database's clock
MOST_CLAIMS = 3
GAVE_UP = Problem(
    code="gave_up",
    wrong="The file was begun three times and never finished.",
    remedy="Upload it again, or save it in a simpler form such as CSV.",
)
READING, STORING = "Reading the file", "Storing the samples"


@transaction.atomic
def open_intake(
    *,
    setup: Setup,
    upload: Upload,
    name: str,
    requested_by: User | None,
    mapping: Mapping[str, str] | None = None,
    options: Mapping[str, Any] | None = None,
    leave_out: bool = False,
    tuning_share: float = 0.0,
    corrections: Mapping[str, Mapping[str, str]] | None = None,
) -> Intake:
    """Ask for a file to become the samples of a draft; it takes the last one's place.

    ``mapping`` None lets the columns be guessed; ``leave_out`` goes on without the rows
    that have errors; ``corrections`` take the place of cells of the same file.
    """
    Setup.objects.select_for_update(no_key=True).get(pk=setup.pk)
    Intake.objects.filter(setup=setup).delete()
    return Intake.objects.create(
        setup=setup,
        upload=upload,
        name=name[-200:],
        mapping=None if mapping is None else dict(mapping),
        options=dict(options or {}),
        leave_out=leave_out,
        tuning_share=tuning_share,
        corrections={row: dict(cells) for row, cells in (corrections or {}).items()},
        requested_by=requested_by,
    )


def is_small(intake: Intake) -> bool:
    """Say whether a file is read while its sender waits."""
    return intake.upload.size <= AT_ONCE_BYTES


def due_intakes() -> QuerySet[Intake]:
    """Return the files that nobody reads."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    return Intake.objects.filter(free, state=Intake.State.WAITING).order_by("pk")


def claim_intake(pk: int) -> Intake | None:
    """Take a file for the length of a lease; None when somebody else has it."""
    won = (
        due_intakes()
        .filter(pk=pk)
        .update(
            lease_until=from_now(LEASE_SECONDS),
            claims=F("claims") + 1,
            stage=READING,
            rows_done=0,
        )
    )
    if not won:
        return None
    rows = Intake.objects.select_related(
        "setup__project__team", "setup__sample_set", "upload"
    )
    intake = rows.filter(pk=pk).first()
    if intake is None:  # another file took its place
        return None
    if intake.claims > MOST_CLAIMS:
        _end(intake, Intake.State.REFUSED, problems=[asdict(GAVE_UP)])
        return None
    return intake


def work_intake(intake: Intake) -> None:
    """Read a claimed file, then take its samples, or say what is wrong with it."""
    claim = intake.claims

    def told(rows: int) -> None:
        Intake.objects.filter(pk=intake.pk, claims=claim).update(
            rows_done=rows, lease_until=from_now(LEASE_SECONDS)
        )

    reading = read_samples(
        bytes(intake.upload.content),
        intake.name,
        intake.mapping,
        Options(**intake.options),
        told,
        intake.corrections,
    )
    told(len(reading.table.rows))
    seen = {
        "columns": list(reading.table.columns),
        "sheets": list(reading.table.sheets),
        "usable": len(reading.rows),
        "rows_total": len(reading.table.rows),
        "problems": [asdict(one) for one in reading.problems],
        "cells": cells_at_fault(reading.table, reading.problems),
    }
    if not reading.usable and not (intake.leave_out and reading.rows):
        _end(intake, Intake.State.REFUSED, **seen)
        return
    _take(intake, reading, seen)


def _take(intake: Intake, reading: Reading, seen: Mapping[str, Any]) -> None:
    """Store the samples; nothing is stored where somebody else took the file over."""
    lease = from_now(2 * LEASE_SECONDS)
    mine = Intake.objects.filter(pk=intake.pk, claims=intake.claims)
    if not mine.update(stage=STORING, lease_until=lease):
        return
    with transaction.atomic():
        setup = Setup.objects.select_for_update().get(pk=intake.setup_id)
        setup.project = intake.setup.project
        if setup.state != Setup.State.DRAFT:
            _end(intake, Intake.State.REFUSED, **seen)
            return
        if not mine.exists():
            return
        take_samples(
            setup=setup,
            name=intake.name,
            reading=reading,
            tuning_share=intake.tuning_share,
            corrections=intake.corrections,
        )
        _end(intake, Intake.State.TAKEN, **seen)


def drop_intake(*, setup: Setup) -> None:
    """Forget the file that was being read; the samples of the draft stay."""
    Intake.objects.filter(setup=setup).delete()


def _end(intake: Intake, state: str, **seen: object) -> None:
    Intake.objects.filter(
        pk=intake.pk, claims=intake.claims, state=Intake.State.WAITING
    ).update(state=state, finished_at=Now(), lease_until=None, stage="", **seen)
