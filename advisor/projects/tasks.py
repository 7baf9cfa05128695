"""Which messages read uploaded files? A hint with an id; the row says what there is."""

import logging

from kombu.exceptions import OperationalError

from advisor.celery import app
from advisor.projects import services

log = logging.getLogger(__name__)


@app.task(name="advisor.projects.tasks.read_file")  # type: ignore[untyped-decorator]
def read_file(intake_id: int, **_: object) -> None:
    """Read an uploaded file unless somebody else does."""
    intake = services.claim_intake(intake_id)
    if intake is not None:
        services.work_intake(intake)


def hint_intakes(queue_answers: bool) -> None:
    """Tell a worker of every file that nobody reads; without a queue, read it."""
    for pk in services.due_intakes().values_list("pk", flat=True):
        if not queue_answers:
            read_file(pk)
            continue
        try:
            read_file.apply_async((pk,), queue="default")
        except (OperationalError, OSError) as error:
            log.warning("A hint was not sent: %s", error)
            return
