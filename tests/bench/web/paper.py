"""What is counted better inside: queries of a page, a PDF's time, paint and weight."""

import time
from collections.abc import Callable
from typing import Any

import brotli
from django.db import connection
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page, Response, sync_playwright

from advisor.reports.pages.record import pdf_of
from advisor.runs.models import Run
from tests.bench.web.bench import Bench

PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
PAINT_LIMIT_MS, WEIGHT_LIMIT_KB = 300, 150
VISITS = 7


def paper(bench: Bench) -> dict[str, Any]:
    """Return query counts of a small and a large run, PDF, paint and weight."""
    large, small = bench.runs[0], bench.runs[-1]
    dashboard = f"/t/{bench.team.slug}/"
    rests = {"comparison": "compare/", "samples": "samples/", "run": ""}
    asked = {
        name: [bench.url(run, rest) for run in (small, large)]
        for name, rest in rests.items()
    }
    counts = {
        name: [_queries(bench, url) for url in urls] for name, urls in asked.items()
    }
    pages = {
        "dashboard": dashboard,
        "comparison of a small run": asked["comparison"][0],
        "comparison of the largest run": asked["comparison"][1],
        "run": asked["run"][1],
    }
    return {
        "queries_small_and_large": counts | {"dashboard": _queries(bench, dashboard)},
        "pdf_s": {
            "small": _timed(lambda: _pdf(small)),
            "largest": _timed(lambda: _pdf(large)),
        },
        "first_paint_limit_ms": PAINT_LIMIT_MS,
        "weight_limit_kb": WEIGHT_LIMIT_KB,
        "pages": _visited(bench, pages),
    }


def _queries(bench: Bench, url: str) -> int:
    assert bench.client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as found:
        bench.client.get(url)
    return len(found)


def _pdf(run: Run) -> None:
    pdf_of(Run.objects.select_related("recommendation", "setup", "team").get(pk=run.pk))


def _timed(work: Callable[[], None]) -> list[float]:
    found = []
    for _ in range(3):
        began = time.monotonic()
        work()
        found.append(round(time.monotonic() - began, 2))
    return found


def _visited(bench: Bench, pages: dict[str, str]) -> dict[str, Any]:
    """Return first paint of some visits and the weight of each page in Chromium."""
    name, _, value = bench.cookie.partition(";")[0].partition("=")
    base = f"http://127.0.0.1:{bench.port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        found = {}
        for what, url in pages.items():
            # Nobody has the files yet.
            context = browser.new_context(base_url=base)
            context.add_cookies([{"name": name, "value": value, "url": base}])
            found[what] = _visits(context.new_page(), url)
            context.close()
        browser.close()
    return found


def _visits(page: Page, url: str) -> dict[str, Any]:
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(url, wait_until="networkidle")
    sizes = {one.url: _weight(one) for one in list(answers) if one.status == 200}
    light = {one: size for one, size in sizes.items() if "plotly" not in one}
    times = []
    for _ in range(VISITS):
        page.goto(url, wait_until="load")
        times.append(_painted(page))
    times.sort()
    return {
        "first_paint_ms": times[len(times) // 2],
        "first_paint_all_ms": times,
        "weight_kb": round(sum(light.values()) / 1000),
        "files": len(light),
    }


def _weight(answer: Response) -> int:
    """Return the bytes on the wire: pages as they are, static files as packed once."""
    body = answer.body()
    return len(brotli.compress(body) if "/static/" in answer.url else body)


def _painted(page: Page) -> int:
    """Return when something was painted first, in milliseconds; it may come late."""
    for _ in range(100):
        if found := page.evaluate(PAINTED):
            return round(float(found))
        page.wait_for_timeout(20)
    raise AssertionError("nothing was painted within two seconds")
