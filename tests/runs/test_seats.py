"""A pool child forked while its worker says that it is there can still write."""

import os
import subprocess
import sys
from pathlib import Path

from tests.services import ROOT

FORKED_IN_THE_MIDDLE = """
import os, threading, time
from django.core.management import call_command
from django.db import connection, connections, transaction
from advisor.runs.services import seats

call_command("migrate", verbosity=0)
writing, take = threading.Event(), seats.take_seat

def slowly(**seat):
    with transaction.atomic():
        take(**seat)
        writing.set()
        time.sleep(0.5)

seats.take_seat = slowly
connections.close_all()
seats.Presence(name="worker", queue="default", seats=1).begin()
writing.wait()
if child := os.fork():
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
else:
    connection.ensure_connection()
    connection.cursor().execute("PRAGMA busy_timeout = 60000")
    try:
        take(name="child", queue="default", seats=1)
        os._exit(0)
    except Exception as error:
        print(error, flush=True)
        os._exit(1)
"""


def test_a_child_forked_in_the_middle_of_a_beat_is_not_locked_out(
    tmp_path: Path,
) -> None:
    variables = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'test.sqlite3'}",
        "VAR_DIR": str(tmp_path),
        "HEARTBEAT_SECONDS": "30",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports"]
        + ["-c", FORKED_IN_THE_MIDDLE],
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "0"), done.stderr
