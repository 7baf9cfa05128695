"""Which messages wake a worker? Hints: ids in, one slice of work, safe to lose."""

import logging
import os
import socket
from collections.abc import Iterable
from typing import Any

from celery.signals import (
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
    worker_shutting_down,
)
from kombu.exceptions import OperationalError

from advisor.celery import app
from advisor.runs import services
from advisor.runs.models import Candidate
from advisor.runs.services import stopping

log = logging.getLogger(__name__)
presence: list[services.Presence] = []


@app.task(name="advisor.runs.tasks.drive")  # type: ignore[untyped-decorator]
def drive(run_id: int, candidate_id: int, **_: object) -> None:
    """Work a slice on one candidate, end what is over, hint at what is next.

    A hint is repeated while no worker takes it. Of those that piled up one is taken:
    whoever had a slice since may have another when it is hinted at again.
    """
    one = Candidate.objects.get(pk=candidate_id, run_id=run_id)
    if one.hinted_at is None:
        return
    services.drive_beside(one, stopping=stopping.asked_to_stop)
    if services.finish(run_id):
        services.summarise_ended(run_id)
    if not stopping.asked_to_stop():
        publish(services.next_hints(candidate_id))


@app.task(name="advisor.runs.tasks.probe_endpoint")  # type: ignore[untyped-decorator]
def probe_endpoint(standing_id: int, **_: object) -> None:
    """Ask whether an endpoint is back, unless somebody else does."""
    services.probe(standing_id)


def hint_probes(queue_answers: bool) -> None:
    """Tell a worker of every endpoint to be asked; without a queue, ask here."""
    for pk in services.due_probes():
        if not queue_answers:
            services.probe(pk)
            continue
        try:
            probe_endpoint.apply_async((pk,), queue="default")
        except (OperationalError, OSError) as error:
            log.warning("A hint was not sent: %s", error)
            return


def publish(candidates: Iterable[Candidate]) -> bool:
    """Send a hint for each candidate; False when the queue cannot be reached."""
    for one in candidates:
        try:
            drive.apply_async((one.run_id, one.pk), queue=one.queue)
        except (OperationalError, OSError) as error:
            log.warning("A hint was not sent: %s", error)
            return False
    return True


def close_engines(**_: object) -> None:
    """Close what this pool child holds before it ends."""
    services.close_engines()


def say_there(sender: Any, **_: object) -> None:
    """Let the dispatcher know of this worker, on whatever machine it runs."""
    for queue in sender.app.amqp.queues.consume_from:
        name = f"{queue}@{socket.gethostname()}:{os.getpid()}"
        seats = int(sender.controller.concurrency)
        presence.append(services.Presence(name=name, queue=queue, seats=seats))
        presence[-1].begin()


def say_gone(**_: object) -> None:
    """Take this worker off the list."""
    while presence:
        presence.pop().leave()


worker_ready.connect(say_there)
worker_shutdown.connect(say_gone)
worker_process_init.connect(stopping.listen_in_child)
worker_process_shutdown.connect(close_engines)
worker_shutting_down.connect(stopping.tell_children)
