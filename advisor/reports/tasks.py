"""Which messages make papers? A hint with an id; the row says whether there is work."""

import logging
import time

from django.utils import timezone
from kombu.exceptions import OperationalError

from advisor.celery import app
from advisor.reports.pages.record import content_of
from advisor.reports.paper.rendering import ReportNotMade
from advisor.reports.services import exports, numbering, telling

log = logging.getLogger(__name__)
EVERY_SECONDS = 3600.0
_next_look = [0.0]


@app.task(name="advisor.reports.tasks.make_export")  # type: ignore[untyped-decorator]
def make_export(export_id: int, **_: object) -> None:
    """Make the file of an export unless somebody else does."""
    export = exports.claim_export(export_id)
    if export is None:
        return
    try:
        content = content_of(export.run, export.kind, export.options)
    except ReportNotMade as error:
        exports.fail_export(export=export, error=str(error))
    else:
        exports.store_export(export=export, content=content)


def hint_exports(queue_answers: bool) -> None:
    """Tell a worker of every export that nobody works on; without a queue, make it."""
    for pk in exports.due_exports().values_list("pk", flat=True):
        if not queue_answers:
            make_export(pk)
            continue
        try:
            make_export.apply_async((pk,), queue="default")
        except (OperationalError, OSError) as error:
            log.warning("A hint was not sent: %s", error)
            return


def remind_of_decisions(queue_answers: bool) -> None:
    """Write once an hour of what is to be decided within a week."""
    if time.monotonic() >= _next_look[0]:
        _next_look[0] = time.monotonic() + EVERY_SECONDS
        telling.remind(timezone.localdate())


def number_records(queue_answers: bool) -> None:
    """Give every finished run its decision record, numbered by the team."""
    numbering.open_new_records()
