"""Which messages test an endpoint? A hint with an id; the row says what is asked."""

import logging

from kombu.exceptions import OperationalError

from advisor.catalog import services
from advisor.celery import app

log = logging.getLogger(__name__)


@app.task(name="advisor.catalog.tasks.check_endpoint")  # type: ignore[untyped-decorator]
def check_endpoint(check_id: int, **_: object) -> None:
    """Test an endpoint unless somebody else does."""
    check = services.claim_check(check_id)
    if check is not None:
        tried = services.try_endpoint(check.endpoint)
        services.finish_check(check=check, tried=tried)


def hint_checks(queue_answers: bool) -> None:
    """Tell a worker of every test that nobody works on; without a queue, make it."""
    for pk in services.due_checks().values_list("pk", flat=True):
        if not queue_answers:
            check_endpoint(pk)
            continue
        try:
            check_endpoint.apply_async((pk,), queue="default")
        except (OperationalError, OSError) as error:
            log.warning("A hint was not sent: %s", error)
            return
