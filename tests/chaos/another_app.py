"""Another program's worker, which notes each message that it takes from the queues.

Run as `celery -A tests.chaos.another_app worker`, with BROKER and NOTES.
"""

import os
from pathlib import Path

from celery import Celery, signals

app = Celery("another", broker=os.environ["BROKER"])
app.conf.broker_connection_retry_on_startup = True


def note(what: str) -> None:
    with Path(os.environ["NOTES"]).open("a") as file:
        file.write(f"{what}\n")


@app.task(name="its_own")
def its_own() -> None:
    note("its own")


def unknown(name: str = "", **_: object) -> None:
    note(name)


signals.task_unknown.connect(unknown)
