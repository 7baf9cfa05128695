"""What is counted better inside: queries of a page, the time of a PDF, first paint."""

import time
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from advisor.reports.pages.record import pdf_of
from advisor.runs.models import Run
from tests.bench.web.parts import Bench

PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def measured(bench: Bench, client: Client) -> dict[str, Any]:
    """Return query counts of a small and a large run, and how long a PDF takes."""
    runs = sorted(bench.runs, key=lambda run: run.manifest["samples"]["count"])
    small, large = runs[0], runs[-1]
    counts = {}
    for name, rest in (
        ("comparison", "compare/"),
        ("samples", "samples/"),
        ("run", ""),
    ):
        counts[name] = [
            _queries(client, bench.url(run, rest)) for run in (small, large)
        ]
    counts["dashboard"] = [_queries(client, f"/t/{bench.team.slug}/")]
    return {
        "queries_small_and_large": counts,
        "pdf_s": [_pdf(run) for run in (small, large)],
        "first_contentful_paint_ms": _paint(bench, (small, large)),
    }


def _queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as found:
        client.get(url)
    return len(found)


def _pdf(run: Run) -> float:
    began = time.monotonic()
    pdf_of(Run.objects.select_related("recommendation", "setup", "team").get(pk=run.pk))
    return round(time.monotonic() - began, 2)


def _paint(bench: Bench, runs: tuple[Run, ...]) -> dict[str, float]:
    """Return when Chromium painted something, of three visits the middle one."""
    from playwright.sync_api import sync_playwright

    urls = {"dashboard": f"/t/{bench.team.slug}/"}
    urls |= {
        f"comparison {n}": bench.url(run) for n, run in zip("SL", runs, strict=True)
    }
    found = {}
    name, _, value = bench.cookie.partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        base = f"http://127.0.0.1:{bench.port}"
        context = browser.new_context(base_url=base)
        context.add_cookies([{"name": name, "value": value.split(";")[0], "url": base}])
        for what, url in urls.items():
            times = []
            for _ in range(3):
                page = context.new_page()
                page.goto(url)
                times.append(float(page.evaluate(PAINTED) or 0))
                page.close()
            found[what] = round(sorted(times)[1])
        browser.close()
    return found
