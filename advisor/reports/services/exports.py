"""How does a paper get made once, whoever asks and whatever crashes? By rows.

An export is a row that a worker claims under a lease; a worker that dies leaves it to
the next. A finished file is stored unchanged.
"""

import hashlib

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from advisor.accounts import services as accounts
from advisor.accounts.models import User
from advisor.reports.models import Export
from advisor.reports.selectors import standing_record, state_of
from advisor.runs.models import Run
from advisor.web.clock import from_now

LEASE_SECONDS = 90  # by the database's clock
MOST_CLAIMS = 3
GAVE_UP = "The worker ended three times while making it. Try again, or use the JSON."
MOVED_ON = "The record changed while the file was being made. Ask for it again."


def request_export(
    *,
    run: Run,
    requested_by: User | None,
    kind: Export.Kind = Export.Kind.PDF,
    options: str = "a4",
) -> Export:
    """Ask for a file of a finished run; the one that says what holds now is returned.

    Who asked is remembered, whether the file was there or not.
    """
    wanted = {
        "run": run,
        "kind": kind,
        "options": options,
        "made_of": state_of(run),
    }
    known = Export.objects.exclude(state=Export.State.FAILED).filter(**wanted)
    try:
        with transaction.atomic():
            export = known.first() or Export.objects.create(
                requested_by=requested_by, status=_status(run), **wanted
            )
            _remember(run, requested_by, str(export.kind), export.options)
    except IntegrityError:  # somebody asked for the same file at the same time
        export = known.get()
    return export


def due_exports() -> QuerySet[Export]:
    """Return the exports that nobody works on."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    return Export.objects.filter(free, state=Export.State.QUEUED).order_by("pk")


def claim_export(export_id: int) -> Export | None:
    """Take an export for the length of a lease; None when somebody else has it."""
    won = (
        due_exports()
        .filter(pk=export_id)
        .update(lease_until=from_now(LEASE_SECONDS), claims=F("claims") + 1)
    )
    if not won:
        return None
    export = Export.objects.select_related("run__recommendation").get(pk=export_id)
    if export.claims > MOST_CLAIMS:
        fail_export(export=export, error=GAVE_UP)
        return None
    if export.made_of != state_of(export.run):
        fail_export(export=export, error=MOVED_ON)
        return None
    return export


def store_export(*, export: Export, content: bytes) -> None:
    """Keep the finished file, once."""
    _end(
        export,
        state=Export.State.READY,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )


def fail_export(*, export: Export, error: str) -> None:
    """Say why there is no file; asking again starts anew."""
    _end(export, state=Export.State.FAILED, error=error[:300])


def _end(export: Export, **changes: object) -> None:
    Export.objects.filter(pk=export.pk, state=Export.State.QUEUED).update(
        finished_at=Now(), lease_until=None, **changes
    )


def _status(run: Run) -> str:
    record = standing_record(run)
    if record is None or record.signed_at is None:
        return "Proposed"
    if record.superseded_by is not None:
        return f"Superseded by {record.superseded_by.name}"
    return str(record.get_verdict_display())


def remember_taken(*, run: Run, by: User, kind: str) -> None:
    """Remember that a file made at once was taken away: nothing of it is stored."""
    _remember(run, by, kind, "a4")


def _remember(run: Run, who: User | None, kind: str, options: str) -> None:
    if who is None:
        return
    accounts.record(
        team=run.team,
        actor=who,
        action="report.exported",
        target=f"{run.project.name}, run {run.number}",
        detail={"kind": kind, "options": options},
    )
