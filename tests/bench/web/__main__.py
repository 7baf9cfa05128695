"""How fast are the pages with a million answers behind them?

`fill` makes a seeded world in a PostgreSQL that is kept; the other parts start the
product's web processes over it and ask them as browsers do: `pages`, `mixed`,
`watchers`, `paper`. Without a part all of them run. Limits: a comparison within 400 ms
at first and 150 ms after, a dashboard within 150 ms, a what-if within 100 ms, 50 mixed
requests a second within 250 ms (all at the 95th percentile), 200 watchers within 35 %
of a core, first paint within 300 ms, 150 KB a page without plotly.
"""

import argparse
import json
import os
import platform
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.web.place import Filled, KeptPostgres, Place
from tests.bench.web.server import environment_of, migrate, web_process
from tests.services import private_redis

ANSWERS = (200_000, 1_000_000)  # short, full
SEED = 7
OUT = Path("var/bench/web.json")


def main() -> None:
    """Fill where nothing is kept, serve, ask, print and write the figures."""
    reader = argparse.ArgumentParser(
        prog="scripts/bench/web",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    reader.add_argument("parts", nargs="*", help="of the above; all by default")
    reader.add_argument("--full", action="store_true", help="1,000,000 answers")
    given = reader.parse_args()
    place = Place.of(ANSWERS[given.full])
    if "fill" in given.parts or place.filled() is None:
        place.empty()
    with place.postgres() as database, private_redis() as redis:
        environment = environment_of(database.url, place.var, redis)
        place.var.mkdir(exist_ok=True)
        migrate(environment)
        os.environ.update(environment)
        found = measure(given.parts, place, database, environment, full=given.full)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(OUT.read_text()) if OUT.exists() else {}
    # Figures of another world, or of an older form, would mislead beside these.
    if kept.get("world") != found["world"]:
        kept = {}
    OUT.write_text(json.dumps({**kept, **found}, indent=1) + "\n")


def measure(
    wanted: list[str],
    place: Place,
    database: KeptPostgres,
    environment: dict[str, str],
    *,
    full: bool,
) -> dict[str, Any]:
    """Return the figures of each part that is wanted, all where none is named."""
    import django

    django.setup()
    filled = place.filled() or fill(place, database.url, ANSWERS[full])
    found: dict[str, Any] = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": sys.version.split()[0],
        "versions": {name: version(name) for name in ("django", "gunicorn", "psycopg")},
        "world": vars(filled),
    }
    print(json.dumps(found), flush=True)
    if wanted == ["fill"]:
        return found
    from tests.bench.web.bench import Bench
    from tests.bench.web.parts import PARTS

    with web_process(environment) as (port, web):
        bench = Bench.of(port, web, database.pid, full=full)
        for name, part in PARTS.items():
            if not wanted or name in wanted:
                found[name] = part(bench) | {
                    "taken": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
                    "load_of_the_machine": os.getloadavg()[0],
                }
                print(name, json.dumps(found[name], indent=1), flush=True)
    return found


def fill(place: Place, url: str, answers: int) -> Filled:
    """Make a world of so many answers and return what it holds."""
    from tests.bench.web.generator import World, shapes

    began, wanted = time.monotonic(), shapes(answers)
    World(url, SEED).fill(wanted)
    filled = Filled(
        seed=SEED,
        answers=sum(one.answers for one in wanted),
        runs=len(wanted),
        filled_s=round(time.monotonic() - began),
    )
    place.note(filled)
    return filled


main()
