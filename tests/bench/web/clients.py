"""Who asks the pages? Threads with a signed-in session, on a clock of their own."""

import http.client
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random


@dataclass
class Timed:
    """Seconds of each request, by what was asked; ``wrong`` lists other statuses."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, what: str, seconds: float, status: int, size: int, url: str) -> None:
        """Remember one request."""
        with self.lock:
            self.seconds.setdefault(what, []).append(seconds)
            self.sizes[what] = max(size, self.sizes.get(what, 0))
            if status not in (200, 286):
                self.wrong.append(f"{status} {url}")

    def percentile(self, share: float, what: str | None = None) -> float:
        """Return a percentile in milliseconds, of one kind or of all."""
        named = [what] if what else list(self.seconds)
        found = sorted(s for name in named for s in self.seconds.get(name, []))
        if not found:
            return float("nan")
        return 1000 * found[min(len(found) - 1, int(share * len(found)))]


class Browser:
    """One kept-alive connection with a session."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.cookie = port, cookie
        self.connection: http.client.HTTPConnection | None = None

    def get(self, url: str, **headers: str) -> tuple[int, bytes]:
        """Ask for a page; a connection that was closed is opened again."""
        for last in (False, True):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(
                    "127.0.0.1", self.port, timeout=60
                )
            try:
                self.connection.request(
                    "GET", url, headers={"Cookie": self.cookie, **headers}
                )
                answer = self.connection.getresponse()
                return answer.status, answer.read()
            except (http.client.HTTPException, OSError):
                self.connection = None
                if last:
                    raise
        raise AssertionError("unreachable")


def one_by_one(
    browser: Browser, asked: Sequence[tuple[str, str]], timed: Timed, **headers: str
) -> Timed:
    """Ask in order, one after another."""
    for what, url in asked:
        began = time.monotonic()
        status, body = browser.get(url, **headers)
        timed.note(what, time.monotonic() - began, status, len(body), url)
    return timed


def open_loop(
    open_browser: Callable[[], Browser],
    choose: Callable[[Random], tuple[str, str, dict[str, str]]],
    *,
    rate: float,
    seconds: float,
    threads: int = 24,
    seed: int = 1,
) -> Timed:
    """Ask at ``rate`` a second whatever the server does; waits count from the plan."""
    timed, start = Timed(), time.monotonic() + 0.5
    total = int(rate * seconds)
    rng = Random(seed)
    plan = [(start + at / rate, choose(rng)) for at in range(total)]
    taken = iter(plan)
    lock = threading.Lock()

    def work() -> None:
        browser = open_browser()
        while True:
            with lock:
                found = next(taken, None)
            if found is None:
                return
            due, (what, url, headers) = found
            time.sleep(max(0.0, due - time.monotonic()))
            status, body = browser.get(url, **headers)
            timed.note(what, time.monotonic() - due, status, len(body), url)

    crew = [threading.Thread(target=work) for _ in range(threads)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    return timed
