"""Which message has mail sent? A hint without content; the rows say what is due."""

import logging

from django.utils import timezone
from kombu.exceptions import OperationalError

from advisor.accounts import services
from advisor.celery import app

log = logging.getLogger(__name__)


@app.task(name="advisor.accounts.tasks.send_mails")  # type: ignore[untyped-decorator]
def send_mails(**_: object) -> None:
    """Send the mails that are due."""
    services.send_due_mails(timezone.now())


def hint_mails(queue_answers: bool) -> None:
    """Tell a worker that mail is due; without a queue, send it here."""
    if not services.mails_are_due(timezone.now()):
        return
    if not queue_answers:
        send_mails()
        return
    try:
        send_mails.apply_async(queue="default")
    except (OperationalError, OSError) as error:
        log.warning("A hint was not sent: %s", error)
