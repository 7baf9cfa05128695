"""Does a run lose or double anything when everything around it fails?

Storms: samples, kill -9 of children, mains and groups, a flushed, killed and frozen
Redis, a PostgreSQL that is cut off (with ``--sqlite`` a database file that is locked),
one seed after the other. Recovery: how long until somebody else holds what a killed
worker held, with the product's own lease. Everything is real; only the model is
scripted. Storms are kept by seed in var/bench/chaos.json: with ``--most 1`` each call
sails the next one that is missing.
"""

import argparse
import json
import platform
import sys
import tempfile
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tests.chaos.reading import column, shell
from tests.chaos.storm import LAUNCH, Storm, database_on, plan_of
from tests.services import Postgres, private_postgres, running_services, wait_until

ROLES = ["default", "dispatcher"]
# Deaths of one service that a supervisor takes for bad luck are few a minute: most
# kills hit children, as memory limits and crashes do.
FULL = {"c": 38, "m": 6, "g": 6, "f": 2, "r": 2, "z": 2, "p": 1}
SHORT = {"c": 3, "m": 1, "g": 1, "f": 1, "r": 1, "z": 1, "p": 1}
FULL_SAMPLES = 1000
FOUND = Path(__file__).parents[3] / "var/bench/chaos.json"
HELD = "SELECT id FROM runs_trial WHERE state = 'leased'"


def storm(server: Postgres | None, seed: int, *, full: bool) -> dict[str, object]:
    """Sail one storm, without ``server`` on SQLite; return what is left."""
    plan = plan_of(seed, **(FULL if full else SHORT))
    # Redis and the database are away for ten seconds each time; a hint may be lost.
    variables = {"LEASE_SECONDS": "5", "HEARTBEAT_SECONDS": "1.5"}
    with tempfile.TemporaryDirectory(prefix="rightsize-storm-") as name:
        folder = Path(name)
        url = database(server, folder)
        with running_services(
            folder / "var", roles=ROLES, DATABASE_URL=url, **variables
        ) as running:
            sea = Storm(running, server, url, folder, lasts=10.0 if full else 2.0)
            left = sea.sail(
                FULL_SAMPLES if full else 60,
                plan,
                delay=0.1 if full else 0.08,
                patience=600,
            )
    samples = FULL_SAMPLES if full else 60
    return {
        "seed": seed,
        "plan": plan,
        "state": left.state,
        "answers": left.answers,
        "lost": left.trials - left.answers,
        "double": left.double,
        "extra calls": round(left.calls / samples - 1, 3),
        "seconds": round(left.seconds, 1),
        "invariants": left.verified or "hold",
    }


def database(server: Postgres | None, folder: Path) -> str:
    """Return the URL of an empty database: on ``server``, else a file in ``folder``."""
    return database_on(server) if server else f"sqlite:///{folder / 'test.sqlite3'}"


def recovery(server: Postgres | None, kills: int) -> dict[str, object]:
    """Return the seconds until what killed workers held is held again."""
    usual = {"LEASE_SECONDS": "12", "HEARTBEAT_SECONDS": "4", "REAP_SECONDS": "1"}
    waits: list[float] = []
    with tempfile.TemporaryDirectory(prefix="rightsize-storm-") as name:
        folder = Path(name)
        url = database(server, folder)
        with running_services(
            folder / "var", roles=ROLES, DATABASE_URL=url, **usual
        ) as running:
            sea = Storm(running, server, url, folder, lasts=0.0)
            given = {"samples": 100 * kills, "delay": 0.4}
            shell(running, LAUNCH.format(calls=str(sea.calls_file), **given))
            for _ in range(kills):
                held: list[object] = []
                while not held:  # killed between two blocks it held nothing
                    assert wait_until(lambda: column(url, HELD), seconds=60)
                    sea.strike("g")
                    began = time.monotonic()
                    held = column(url, HELD)
                before = claims_of(url, held)
                assert wait_until(
                    lambda held=held, before=before: claims_of(url, held) > before,
                    seconds=120,
                )
                waits.append(time.monotonic() - began)
                time.sleep(12)  # a supervisor gives up after five deaths in a minute
    return {
        "kills": kills,
        "median": round(float(np.median(waits)), 1),
        "p95": round(float(np.quantile(waits, 0.95)), 1),
        "max": round(max(waits), 1),
        "limit p95": 20,
        "ratio": round(float(np.quantile(waits, 0.95)) / 20, 2),
    }


def claims_of(url: str, ids: list[object]) -> int:
    """Return how often the given trials were claimed, in all."""
    listed = ",".join(str(one) for one in ids)
    counted = column(url, f"SELECT claims FROM runs_trial WHERE id IN ({listed})")
    return sum(int(str(one)) for one in counted)


def missing(storms: list[dict[str, object]], seeds: int, *, full: bool) -> list[int]:
    """Return the seeds whose storm is not kept yet; the short form keeps none."""
    sailed = {one["seed"] for one in storms if one["answers"] == FULL_SAMPLES}
    return [seed for seed in range(seeds) if not (full and seed in sailed)]


def keep(known: dict[str, object]) -> None:
    """Write what is known, with the machine it was found on."""
    FOUND.parent.mkdir(parents=True, exist_ok=True)
    known |= {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
    }
    FOUND.write_text(json.dumps(known, indent=1) + "\n")


def main() -> None:
    """Run the chosen parts; keep storms of the full form and recoveries."""
    reader = argparse.ArgumentParser(prog="scripts/bench/chaos", description=__doc__)
    reader.add_argument("parts", nargs="*", default=["storms", "recovery"])
    reader.add_argument("--full", action="store_true", help="what is cited")
    reader.add_argument("--sqlite", action="store_true", help="instead of PostgreSQL")
    reader.add_argument("--seeds", type=int, help="how many storms; 10 in full, else 1")
    reader.add_argument("--most", type=int, help="at most so many of them in this call")
    reader.add_argument("--kills", type=int, help="of the recovery; 20 in full, else 3")
    given = reader.parse_args()
    known = json.loads(FOUND.read_text()) if FOUND.exists() else {}
    seeds = given.seeds or (10 if given.full else 1)
    where = " on SQLite" if given.sqlite else ""
    storms = known.get(name := f"storms{where}", [])
    left = missing(storms, seeds, full=given.full) if "storms" in given.parts else []
    broken = 0
    with nullcontext() if given.sqlite else private_postgres() as server:
        for seed in left[: given.most]:
            found = storm(server, seed, full=given.full)
            print(json.dumps(found), flush=True)
            broken += found["lost"] != 0 or found["double"] != 0
            if given.full:
                storms = [*(one for one in storms if one["seed"] != seed), found]
                known[name] = sorted(storms, key=lambda one: one["seed"])
                keep(known)
        if "recovery" in given.parts:
            kills = given.kills or (20 if given.full else 3)
            known[f"recovery{where}, s"] = found = recovery(server, kills)
            print(json.dumps(found), flush=True)
            keep(known)
    if left[: given.most] != left:
        print(f"{len(left) - given.most} storms are left; call this again.")
    sys.exit(1 if broken else 0)


main()
