"""How fast are the pages with a million answers behind them?

Fills a PostgreSQL of its own with a seeded world, starts the product's web process and
asks it as browsers do. Limits: a comparison within 400 ms at first and 150 ms after, a
dashboard within 150 ms, a what-if within 100 ms, 50 mixed requests a second within
250 ms (all at the 95th percentile), 200 watchers within 35 % of a core.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.web.server import environment_of, migrate, web_process
from tests.services import private_postgres, private_redis

ANSWERS = (200_000, 1_000_000)  # short, full
SEED = 7


def main() -> None:
    """Fill, serve, ask, print and write the figures."""
    reader = argparse.ArgumentParser(prog="scripts/bench/web", description=__doc__)
    reader.add_argument("parts", nargs="*", help="pages, mixed, watchers, in_process")
    reader.add_argument("--full", action="store_true", help="1,000,000 answers")
    given = reader.parse_args()
    with private_postgres() as database, private_redis() as redis:
        folder = Path(tempfile.mkdtemp(prefix="rightsize-bench-"))
        environment = environment_of(database.url, folder, redis)
        migrate(environment)
        os.environ.update(environment)
        found = measure(given.parts, database.url, environment, full=given.full)
    text = json.dumps(found, indent=1)
    print(text)
    out = Path("var/bench")
    out.mkdir(parents=True, exist_ok=True)
    (out / "web.json").write_text(text + "\n")


def measure(
    wanted: list[str], url: str, environment: dict[str, str], *, full: bool
) -> dict[str, Any]:
    """Return the figures of each part that is wanted, all where none is named."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.test import Client

    from tests.bench.web import in_process, parts
    from tests.bench.web.generator import World, shapes

    began = time.monotonic()
    world = World(url, SEED)
    answers = world.fill(shapes(ANSWERS[full]))
    found: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": sys.version.split()[0],
        "versions": {name: version(name) for name in ("django", "gunicorn", "psycopg")},
        "seed": SEED,
        "answers": answers,
        "runs": len(world.runs),
        "filled_s": round(time.monotonic() - began),
    }
    print(json.dumps(found), flush=True)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(
        get_user_model().objects.get(pk=world.owner.pk),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    cookie = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
    with web_process(environment) as (port, worker):
        bench = parts.Bench(port, cookie, worker, world.team, world.runs, full)
        for name, part in parts.PARTS.items():
            if not wanted or name in wanted:
                found[name] = part(bench)
                print(name, json.dumps(found[name], indent=1), flush=True)
        if not wanted or "in_process" in wanted:
            found["in_process"] = in_process.measured(bench, client)
            print(json.dumps(found["in_process"], indent=1), flush=True)
    return found


main()
