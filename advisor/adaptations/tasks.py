"""Which messages make models? A hint with an id; the row says what there is to do."""

import logging

from django.conf import settings
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from advisor.adaptations import services
from advisor.adaptations.models import Adaptation
from advisor.adaptations.selectors import due_adaptations
from advisor.celery import app
from advisor.runs.services import stopping
from advisor.web.clock import from_now

log = logging.getLogger(__name__)
# A hint is repeated after so many looks of the dispatcher, in case it was lost.
HINT_AGAIN = 5


@app.task(name="advisor.adaptations.tasks.make_model")  # type: ignore[untyped-decorator]
def make_model(adaptation_id: int, **_: object) -> None:
    """Work one sitting on a job unless somebody else does."""
    services.work(adaptation_id, stopping=stopping.asked_to_stop)


def hint_adaptations(queue_answers: bool) -> None:
    """Tell a worker of a job that nobody works on, one at a time, the oldest first.

    Without a queue jobs wait: the dispatcher has no hours to spare, and a page says so.
    What ended jobs left on the disk is deleted.
    """
    services.clear_ended()
    if not queue_answers:
        return
    recent = from_now(-HINT_AGAIN * settings.REAP_SECONDS)
    if Adaptation.objects.filter(hinted_at__gt=recent).exists():
        return
    for pk in due_adaptations().values_list("pk", flat=True)[:1]:
        try:
            make_model.apply_async((pk,), queue="local")
        except (OperationalError, OSError) as error:
            log.warning("A hint was not sent: %s", error)
            return
        Adaptation.objects.filter(pk=pk).update(hinted_at=Now())
