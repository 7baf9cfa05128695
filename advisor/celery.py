"""How do workers reach the application, and what may a message do?

A message is only a hint that there is work; the database is the truth. So messages are
acknowledged early, may be lost or doubled, carry ids only and leave no result. Nothing
here may import torch: the parent forks its children, and a fork after the first tensor
operation hangs.
"""

import os
from functools import partial
from pathlib import Path
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init, worker_ready
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "advisor.settings")

# Longer than any task may run: a shorter one would deliver a running task again.
VISIBILITY_SECONDS = 1800

app = Celery("advisor")
app.conf.update(
    broker_url=settings.REDIS_URL.replace("unix://", "redis+socket://") or "memory://",
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        # Two programs on one Redis eat each other's messages without a trace.
        "global_keyprefix": "rightsize:",
        "visibility_timeout": VISIBILITY_SECONDS,
        "socket_timeout": 15,
        "socket_connect_timeout": 5,
        "socket_keepalive": not settings.REDIS_URL.startswith("unix://"),
        "health_check_interval": 10,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "max_connections": 20,
    },
    visibility_timeout=VISIBILITY_SECONDS,
    timezone="UTC",
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_default_queue="default",
    # The dispatcher's next poll is the retry.
    task_publish_retry=False,
    task_soft_time_limit=settings.TASK_SOFT_SECONDS,
    task_time_limit=settings.TASK_HARD_SECONDS,
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    worker_max_tasks_per_child=200,
    worker_max_memory_per_child=1_000_000,
    worker_soft_shutdown_timeout=settings.STOP_SECONDS,
    worker_cancel_long_running_tasks_on_connection_loss=False,
)
app.autodiscover_tasks()


def keep_our_logging(**_: object) -> None:
    """Keep the logging of the settings: a connected receiver stops Celery's own."""


def die_with_the_worker(**_: object) -> None:
    """End a pool child as soon as its worker is gone, however the worker died."""
    from advisor.web.processes import die_with_parent

    die_with_parent(os.getppid())


def end_if_deaf(sender: Any, **_: object) -> None:
    """Look from now on whether this worker still takes messages."""
    from celery.worker import state

    from advisor.web.deaf_worker import DeafWorker, end_this_process

    if not settings.REDIS_URL:
        return
    prefix = app.conf.broker_transport_options["global_keyprefix"]
    DeafWorker(
        url=settings.REDIS_URL,
        lists=[f"{prefix}{name}" for name in sender.app.amqp.queues.consume_from],
        seconds=settings.DEAF_SECONDS,
        idle=lambda: not state.reserved_requests,
        end=partial(end_this_process, settings.STOP_SECONDS + 10),
    ).begin()


def tell_the_supervisor(**_: object) -> None:
    """Leave a sign that the worker takes messages, where the supervisor looks."""
    if name := os.environ.get("READY_FILE"):
        Path(name).touch()


setup_logging.connect(keep_our_logging)
worker_process_init.connect(die_with_the_worker)
worker_ready.connect(tell_the_supervisor)
worker_ready.connect(end_if_deaf)
