"""What is measured of the pages: each part returns its figures beside its limits."""

import time
from collections.abc import Callable, Mapping
from random import Random
from threading import Thread
from typing import Any

from advisor.runs.models import Run
from tests.bench.web.bench import Bench
from tests.bench.web.clients import Browser, Timed, one_by_one, open_loop
from tests.bench.web.paper import paper

MIX = (
    ("comparison", 30),
    ("samples", 20),
    ("what-if", 20),
    ("dashboard", 15),
    ("run", 10),
    ("status", 5),
)


# At the 95th percentile, in milliseconds
LIMITS = {
    "comparison first": 400,
    "comparison cached": 150,
    "dashboard": 150,
    "what-if": 100,
}
MIXED_LIMIT, WATCHED_LIMIT = 250, 0.35
ROUNDS = (1, 3)  # short, full


def pages(bench: Bench) -> dict[str, Any]:
    """Each comparison at first and again, the dashboard, samples and what-if.

    One after another. Beside the wait stands what a request takes of the cores: the
    wait of a machine that other work shares says little.
    """
    browser, runs = bench.browser(), bench.runs
    browser.get("/healthz")
    browser.get(f"/t/{bench.team.slug}/")
    comparisons = [("comparison", bench.url(run)) for run in runs]
    lists, searches = _lists(bench)
    batches = {
        "comparison first": (comparisons, {}),
        "comparison cached": (comparisons * 2, {}),
        "dashboard": ([("dashboard", f"/t/{bench.team.slug}/")] * 40, {}),
        "samples": (lists, {}),
        "search": (searches, {}),
        "what-if": (_tries(bench, Random(2)), {"HX-Request": "true"}),
    }
    found: dict[str, Any] = {}
    for name, (asked, headers) in batches.items():
        rounds = 1 if name == "comparison first" else ROUNDS[bench.full]
        taken = [_batch(bench, browser, asked, headers) for _ in range(rounds)]
        p95 = sorted(one["p95_ms"] for one in taken)
        found[name] = taken[-1] | {
            "p95_ms": p95[len(p95) // 2],
            "p95_of_rounds_ms": p95,
            "limit_ms": LIMITS.get(name),
        }
    return found


def _batch(
    bench: Bench,
    browser: Browser,
    asked: list[tuple[str, str]],
    headers: Mapping[str, str],
) -> dict[str, Any]:
    timed, before = Timed(), bench.spent()
    one_by_one(browser, asked, timed, **headers)
    spent = bench.spent().since(before)
    return {
        "requests": len(asked),
        "p50_ms": round(timed.percentile(0.5)),
        "p95_ms": round(timed.percentile(0.95)),
        "max_ms": round(timed.percentile(1.0)),
        "own_ms": spent.by(len(asked) / 1000, 1),
        "bytes": max(timed.sizes.values()),
        "wrong": timed.wrong,
    }


def _lists(bench: Bench) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    queries = ("", "?show=failures", "?show=different&page=3", "?tag=German")
    listed = [
        ("samples", bench.url(run, f"samples/{query}"))
        for run in bench.runs[:12]
        for query in queries
    ]
    searched = [
        ("search", bench.url(run, "samples/?show=all&q=refund+account"))
        for run in bench.runs[:12]
    ]
    return listed, searched


def _tries(bench: Bench, rng: Random) -> list[tuple[str, str]]:
    found = []
    for run in bench.runs[:12]:
        for _ in range(4):
            margin = rng.choice((2, 3.5, 5, 6.5, 8, 10))
            query = f"margin={margin}&p95={rng.choice((0.5, 1, 2, 3))}"
            query += f"&volume={rng.choice((1e5, 1e6, 5e6)):.0f}&budget=2000"
            found.append(("what-if", bench.url(run, f"what-if/?{query}")))
    return found


def _fresh(bench: Bench, rng: Random) -> str:
    """Return limits that hardly anybody tried before: a slider stands anywhere."""
    margin, p95 = rng.randrange(10, 100) / 10, rng.randrange(3, 40) / 10
    query = f"margin={margin}&p95={p95}&volume={rng.randrange(1, 60)}00000&budget=2000"
    return bench.url(rng.choice(bench.runs), f"what-if/?{query}")


def mixed(bench: Bench) -> dict[str, Any]:
    """50 requests a second of everything, on a clock: waits count from the plan.

    Every second limit is one that was tried before, as when a slider comes back.

    Once with whatever the processes keep by then, once after each of them has shown
    every page: the first looks at a hundred runs are not spread over a day here.
    """
    memory = {"at first": bench.memory_mb()}
    cold = _mixed(bench, 20.0)
    _warm(bench)
    warm = _mixed(bench, 120.0 if bench.full else 20.0)
    memory["after"] = bench.memory_mb()
    return {"cold, 20 s": cold, "warm": warm, "memory_mb": memory}


def _warm(bench: Bench) -> None:
    """Ask for every page on so many connections that each process shows each."""
    addresses = [f"/t/{bench.team.slug}/"] + [
        bench.url(run, rest)
        for run in bench.runs
        for rest in ("compare/", "samples/?show=failures", "", "status/")
    ]

    def ask() -> None:
        browser = bench.browser()
        for address in addresses:
            browser.get(address)

    crew = [Thread(target=ask) for _ in range(4)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()


def _mixed(bench: Bench, seconds: float) -> dict[str, Any]:
    names = [name for name, weight in MIX for _ in range(weight)]
    tries = _tries(bench, Random(4))

    def choose(rng: Random) -> tuple[str, str, dict[str, str]]:
        what, run = rng.choice(names), rng.choice(bench.runs)
        if what == "dashboard":
            return what, f"/t/{bench.team.slug}/", {}
        if what == "what-if":
            again = rng.random() < 0.5
            url = rng.choice(tries)[1] if again else _fresh(bench, rng)
            return what, url, {"HX-Request": "true"}
        rest = {"comparison": "compare/", "samples": "samples/?show=failures"}
        rest |= {"run": "", "status": "status/"}
        return what, bench.url(run, rest[what]), {}

    began, before = time.monotonic(), bench.spent()
    timed = open_loop(bench.browser, choose, rate=50, seconds=seconds)
    wall, spent = time.monotonic() - began, bench.spent().since(before)
    asked = sum(map(len, timed.seconds.values()))
    return {
        "requests": asked,
        "a_second": round(asked / wall, 1),
        "p50_ms": round(timed.percentile(0.5)),
        "p95_ms": round(timed.percentile(0.95)),
        "p99_ms": round(timed.percentile(0.99)),
        "limit_ms": MIXED_LIMIT,
        "by_page_p95_ms": {
            name: round(timed.percentile(0.95, name)) for name, _ in MIX
        },
        "own_ms": spent.by(asked / 1000, 1),
        "shares_of_a_core": spent.by(wall),
        "wrong": timed.wrong[:10],
    }


def watchers(bench: Bench) -> dict[str, Any]:
    """200 open pages of a live run, each polling as its page does."""
    run = bench.runs[0]
    Run.objects.filter(pk=run.pk).update(state=Run.State.RUNNING, finished_at=None)
    status, body = bench.browser().get(bench.url(run, ""))
    assert status == 200, status
    every = _interval(body.decode())
    seconds = 60.0 if bench.full else 20.0
    seen = _seen(body.decode())

    def choose(_rng: Random) -> tuple[str, str, dict[str, str]]:
        url = bench.url(run, f"status/{seen}")
        return "status", url, {"HX-Request": "true"}

    before, began = bench.spent(), time.monotonic()
    timed = open_loop(bench.browser, choose, rate=200 / every, seconds=seconds)
    shares = bench.spent().since(before).by(time.monotonic() - began, 3)
    Run.objects.filter(pk=run.pk).update(state=Run.State.COMPLETED)
    return {
        "pages": 200,
        "every_s": every,
        "shares_of_a_core": shares,
        "limit_of_web": WATCHED_LIMIT,
        "p95_ms": round(timed.percentile(0.95)),
        "bytes": timed.sizes,
        "wrong": [one for one in timed.wrong if not one.startswith("204")][:5],
    }


def _interval(html: str) -> float:
    """Return how often the page polls, in seconds; the chip of the top bar is apart."""
    found = [part.partition("s")[0] for part in html.split('hx-trigger="every ')[1:]]
    return float(next((one for one in found if one != "10"), "2"))


def _seen(html: str) -> str:
    """Return the query of the page's own poll."""
    _, _, rest = html.partition("status/")
    return rest.partition('"')[0].replace("&amp;", "&")


PARTS: Mapping[str, Callable[[Bench], dict[str, Any]]] = {
    "pages": pages,
    "mixed": mixed,
    "watchers": watchers,
    "paper": paper,
}
