"""How tests look at a run from outside: the database itself, the calls, a shell."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg

from tests.services import Services


def column(url: str, statement: str) -> list[object]:
    """Ask the database itself, without a process that loads the application."""
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return [row[0] for row in connection.execute(statement)]
    with psycopg.connect(url) as connection:
        return [row[0] for row in connection.execute(statement)]


def shell(running: Services, code: str) -> str:
    """Run Python in a process of the product; return the last line it printed."""
    done = running.manage("shell", "--no-imports", "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def calls(path: Path) -> list[str]:
    """Return the ids of all prompts that an engine was asked, in that order."""
    return path.read_text().split() if path.exists() else []
