"""Does a run lose or double anything when everything around it fails?

Storms: samples, kill -9 of children, mains and groups, a flushed, killed and frozen
Redis, a PostgreSQL that is cut off, one seed after the other. Recovery: how long until
somebody else holds what a killed worker held, with the product's own lease.
Everything is real; only the model is scripted.
"""

import argparse
import json
import platform
import tempfile
import time
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
HELD = "SELECT id FROM runs_trial WHERE state = 'leased'"


def storm(server: Postgres, seed: int, *, full: bool) -> dict[str, object]:
    """Sail one storm; return what was struck and what is left."""
    url = database_on(server)
    plan = plan_of(seed, **(FULL if full else SHORT))
    # Redis and the database are away for ten seconds each time; a hint may be lost.
    variables = {"DATABASE_URL": url, "LEASE_SECONDS": "5", "HEARTBEAT_SECONDS": "1.5"}
    with tempfile.TemporaryDirectory(prefix="rightsize-storm-") as name:
        folder = Path(name)
        with running_services(folder / "var", roles=ROLES, **variables) as running:
            sea = Storm(running, server, url, folder, lasts=10.0 if full else 2.0)
            left = sea.sail(
                1000 if full else 60, plan, delay=0.1 if full else 0.08, patience=600
            )
    samples = 1000 if full else 60
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


def recovery(server: Postgres, kills: int) -> dict[str, object]:
    """Return the seconds until what killed workers held is held again."""
    url = database_on(server)
    usual = {"LEASE_SECONDS": "12", "HEARTBEAT_SECONDS": "4", "REAP_SECONDS": "1"}
    waits: list[float] = []
    with tempfile.TemporaryDirectory(prefix="rightsize-storm-") as name:
        folder = Path(name)
        with running_services(
            folder / "var", roles=ROLES, DATABASE_URL=url, **usual
        ) as running:
            sea = Storm(running, server, url, folder, lasts=0.0)
            given = {"samples": 16 * kills + 400, "delay": 0.4}
            shell(running, LAUNCH.format(calls=str(sea.calls_file), **given))
            for _ in range(kills):
                assert wait_until(lambda: column(url, HELD), seconds=60)
                held = column(url, HELD)
                before = claims_of(url, held)
                sea.strike("g")
                began = time.monotonic()
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


def main() -> None:
    """Run the chosen parts and write them to var/bench/chaos.json."""
    reader = argparse.ArgumentParser(prog="scripts/bench/chaos", description=__doc__)
    reader.add_argument("parts", nargs="*", default=["storms", "recovery"])
    reader.add_argument("--full", action="store_true", help="what is cited")
    reader.add_argument("--seeds", type=int, help="how many storms; 10 in full, else 1")
    given = reader.parse_args()
    found: dict[str, object] = {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
    }
    with private_postgres() as server:
        if "storms" in given.parts:
            seeds = given.seeds or (10 if given.full else 1)
            storms = []
            for seed in range(seeds):
                storms.append(storm(server, seed, full=given.full))
                print(json.dumps(storms[-1]), flush=True)
            found["storms"] = storms
        if "recovery" in given.parts:
            found["recovery, s"] = recovery(server, 20 if given.full else 3)
            print(json.dumps(found["recovery, s"]), flush=True)
    folder = Path(__file__).parents[3] / "var/bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "chaos.json").write_text(json.dumps(found, indent=1) + "\n")


main()
