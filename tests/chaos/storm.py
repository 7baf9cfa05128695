"""A run in bad weather: faults strike one after the other, then everything is counted.

Used by a short test and, with more of everything, by `scripts/bench/chaos`. Faults, by
the letters that a plan is written in:

* c, m, g: kill -9 of a child of the worker, of its main process, of both
* t: SIGTERM of the worker, as in a deployment
* f, z, r: Redis is flushed, frozen for a while, killed
* p: PostgreSQL is cut off as by a power failure and comes back after a while; on
  SQLite another process locks the file for as long
* s: the schema of the waiting trials gets a column, as before a deployment
"""

import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
import redis

from advisor.web.embedded import answers
from advisor.web.supervisor import DEATHS_WINDOW_SECONDS, MAX_DEATHS
from tests.chaos.reading import calls, column, shell
from tests.services import Postgres, Services, new_database, wait_until

LAUNCH = """
from advisor.runs import services
from tests.runs.factory import make_setup
setup = make_setup(
    samples={samples},
    candidates=[
        {{
            "id": "scripted",
            "options": {{
                "delay_s": {delay},
                "default": "upper",
                "calls_file": {calls!r},
            }},
        }}
    ],
)
print(services.launch(setup=setup, started_by=None).pk)
"""
STATE = "SELECT state FROM runs_run"
TRIALS = "SELECT id FROM runs_trial ORDER BY id"
ANSWERS = "SELECT trial_id FROM runs_answer ORDER BY trial_id"
STARTS_SECONDS = 25.0
ENDED = ("completed", "completed_with_gaps", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Left:
    """What is there after the storm."""

    state: str
    trials: int
    answers: int
    double: int
    calls: int
    seconds: float
    verified: str


@dataclass(slots=True)
class Storm:
    """One run of ``samples`` under the faults of ``plan``, each lasting ``lasts`` s.

    Without a ``server`` the database at ``url`` is SQLite.
    """

    running: Services
    server: Postgres | None
    url: str
    folder: Path
    lasts: float
    outage: Callable[[], None] = lambda: None
    columns: int = 0
    struck: list[str] = field(default_factory=list)
    deaths: list[float] = field(default_factory=list)

    @property
    def calls_file(self) -> Path:
        return self.folder / "calls"

    def sail(self, samples: int, plan: str, *, delay: float, patience: float) -> Left:
        """Launch, strike, wait for the end and count."""
        text = LAUNCH.format(samples=samples, delay=delay, calls=str(self.calls_file))
        pk = shell(self.running, text)
        began = time.monotonic()
        # The faults are spread over the first nine tenths of the work.
        stride = max(1, int(0.9 * samples / (len(plan) + 1)))
        for number, letter in enumerate(plan, start=1):
            aim = min(number * stride, samples - 2)
            assert wait_until(lambda aim=aim: self.answered() >= aim, seconds=patience)
            self.strike(letter)
        assert wait_until(lambda: self.state() in ENDED, seconds=patience), (
            self.running.log.read_text()[-4000:]
        )
        seconds = time.monotonic() - began
        verified = self.running.manage("verify_run", pk)
        stored = column(self.url, ANSWERS)
        return Left(
            state=self.state(),
            trials=len(column(self.url, TRIALS)),
            answers=len(stored),
            double=len(stored) - len(set(stored)),
            calls=len(calls(self.calls_file)),
            seconds=seconds,
            verified="" if verified.returncode == 0 else verified.stdout,
        )

    def strike(self, letter: str) -> None:
        """Let one fault happen; those that last end before this returns."""
        self.struck.append(letter)
        if letter in "mgt" or (letter == "c" and self.starts()):
            self.wait_for_a_death()
        {
            "c": lambda: self.kill(main=False, children=True),
            "m": lambda: self.kill(main=True, children=False),
            "g": lambda: self.kill(main=True, children=True),
            "t": lambda: tell(self.running.pid("default"), signal.SIGTERM),
            "f": self.flush_redis,
            "z": self.freeze_redis,
            "r": lambda: tell(self.running.pid("redis"), signal.SIGKILL),
            "p": self.cut_database,
            "s": self.add_column,
        }[letter]()

    def wait_for_a_death(self) -> None:
        """Leave room: a supervisor gives up a service that died often in a minute."""
        room = MAX_DEATHS - 1
        if len(self.deaths) >= room:
            until = self.deaths[-room] + DEATHS_WINDOW_SECONDS + 2
            time.sleep(max(0.0, until - time.monotonic()))
        self.deaths.append(time.monotonic())

    def starts(self) -> bool:
        """Say whether the worker has just begun: without its child it would end."""
        with suppress(psutil.NoSuchProcess):
            main = psutil.Process(self.running.pid("default"))
            return time.time() - main.create_time() < STARTS_SECONDS
        return True

    def kill(self, *, main: bool, children: bool) -> None:
        try:
            process = psutil.Process(self.running.pid("default"))
            below = process.children()
        except psutil.NoSuchProcess:  # killed just before and not yet started again
            return
        for one in below if children else []:
            tell(one.pid, signal.SIGKILL)
        if main:
            tell(process.pid, signal.SIGKILL)

    def redis_url(self) -> str:
        return str(self.running.record()["redis_url"])

    def flush_redis(self) -> None:
        wait_until(lambda: answers(self.redis_url()))  # killed just before, perhaps
        redis.Redis.from_url(self.redis_url()).flushall()

    def freeze_redis(self) -> None:
        pid = self.running.pid("redis")
        tell(pid, signal.SIGSTOP)
        time.sleep(self.lasts)
        tell(pid, signal.SIGCONT)

    def cut_database(self) -> None:
        if self.server is None:
            self.lock_database()
            return
        self.server.stop(signal.SIGQUIT)
        self.outage()
        time.sleep(self.lasts)
        self.server.start()

    def lock_database(self) -> None:
        path = self.url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            self.outage()
            time.sleep(self.lasts)
            other.execute("ROLLBACK")

    def add_column(self) -> None:
        self.columns += 1
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SET lock_timeout = '60s'")
            connection.execute(
                f"ALTER TABLE runs_trial ADD COLUMN later_{self.columns} text"
            )

    def state(self) -> str:
        return str(self._ask(STATE, ["unknown"])[0])

    def answered(self) -> int:
        return len(self._ask(ANSWERS, []))

    def _ask(self, statement: str, otherwise: list[object]) -> list[object]:
        try:
            return column(self.url, statement)
        except (psycopg.OperationalError, sqlite3.OperationalError):
            return otherwise


def tell(pid: int, what: signal.Signals) -> None:
    """Send a signal; who is gone already and not yet started again hears nothing."""
    with suppress(ProcessLookupError):
        os.kill(pid, what)


def plan_of(seed: int, **faults: int) -> str:
    """Return a plan with so many faults of each letter, in an order drawn by seed."""
    letters = [letter for letter, count in faults.items() for _ in range(count)]
    random.Random(seed).shuffle(letters)
    return "".join(letters)


def database_on(server: Postgres) -> str:
    """Make an empty database on ``server``; return its URL."""
    return new_database(server.url)
