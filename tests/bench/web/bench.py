"""What is asked? Web processes over a filled database, signed in as its owner."""

from dataclasses import dataclass

import psutil
from django.contrib.auth import get_user_model
from django.test import Client

from advisor.accounts.models import Team
from advisor.runs.models import Run
from tests.bench.web.clients import Browser
from tests.bench.web.generator import MAIL
from tests.bench.web.server import seconds_of


@dataclass(frozen=True)
class Spent:
    """Seconds of the cores, by who took them: web, database and the asking itself."""

    web: float
    database: float
    asking: float

    def since(self, before: "Spent") -> "Spent":
        """Return what was taken in between."""
        return Spent(
            self.web - before.web,
            self.database - before.database,
            self.asking - before.asking,
        )

    def by(self, divisor: float, digits: int = 2) -> dict[str, float]:
        """Return the seconds over a number: of requests, or of seconds."""
        return {name: round(one / divisor, digits) for name, one in vars(self).items()}


@dataclass(frozen=True)
class Bench:
    """Running web processes with a filled database behind them."""

    port: int
    cookie: str
    client: Client
    web: psutil.Process
    database: psutil.Process
    team: Team
    runs: list[Run]
    full: bool

    @classmethod
    def of(
        cls, port: int, web: psutil.Process, database: int, *, full: bool
    ) -> "Bench":
        """Sign in and list the runs, largest first."""
        owner = get_user_model().objects.get(email=MAIL)
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
        team = Team.objects.get(memberships__user=owner)
        runs = Run.objects.filter(team=team).select_related("project")
        cookies = (f"{name}={one.value}" for name, one in client.cookies.items())
        return cls(
            port=port,
            cookie="; ".join(cookies),
            client=client,
            web=web,
            database=psutil.Process(database),
            team=team,
            runs=sorted(runs, key=_size, reverse=True),
            full=full,
        )

    def browser(self) -> Browser:
        """Open a signed-in connection."""
        return Browser(self.port, self.cookie)

    def url(self, run: Run, rest: str = "compare/") -> str:
        """Return the address of a run's page."""
        return f"/t/{self.team.slug}/p/{run.project.slug}/runs/{run.number}/{rest}"

    def memory_mb(self) -> list[int]:
        """Return the resident memory of each web process, the parent left out."""
        workers = self.web.children(recursive=True)
        return [round(one.memory_info().rss / 1e6) for one in workers]

    def spent(self) -> Spent:
        """Return the seconds of the cores that everybody took so far."""
        return Spent(
            web=seconds_of(self.web),
            database=seconds_of(self.database),
            asking=_own(),
        )


def _own() -> float:
    times = psutil.Process().cpu_times()
    return float(times.user + times.system)


def _size(run: Run) -> int:
    return int(run.manifest["samples"]["count"])
