"""What is looked for on every page: axe's rules, its width, names and weight.

A page is loaded once. Its structure is the same in both themes and nearly so at every
width, so all rules run at the widest and the narrowest, and again those alone that the
theme or the width can change.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import brotli
from django.contrib.staticfiles import finders
from playwright.sync_api import Page

from tests.web_pages import test_in_a_browser as web

Theme = Literal["light", "dark"]
# Each width has both themes; the narrowest only its own width.
WIDTHS = (1280, 820, 390, 320)
WHOLE = {1280, 390}
HEAVIEST = 150 * 1024
TAGS = {"runOnly": web.RULES, "resultTypes": ["violations"]}
BY_WIDTH = ["color-contrast", "target-size", "scrollable-region-focusable"]
BY_THEME = ["color-contrast"]
TOO_FAR = """
() => [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
  .map(one => `${one.tagName}.${one.className}`).slice(0, 4).join(', ')
"""
CHARTS_ALONE = """
() => [...document.querySelectorAll('[data-chart]')]
  .filter(one => !one.parentElement.querySelector('details table')).length
"""
SAME_NAMES = """
() => [...document.querySelectorAll('[id]')].map(one => one.id)
  .filter((name, at, all) => all.indexOf(name) !== at)
"""
LOADED = """
() => [...performance.getEntriesByType('navigation'),
       ...performance.getEntriesByType('resource')]
  .filter(one => !one.name.includes('plotly'))
  .map(one => [one.name, one.decodedBodySize])
"""


def faults_of(page: Page, path: str) -> Iterator[str]:
    """Tell everything that is wrong with a page that was just opened."""
    page.evaluate(web.AXE.read_text())
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            yield f"{path} is {wide} wide at {width}: {page.evaluate(TOO_FAR)}"
        if width == WIDTHS[-1]:
            continue
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            for fault in violations(page, rules(width, theme)):
                yield f"{path} at {width}, {theme}: {fault}"
    page.emulate_media(color_scheme="light")
    if same := page.evaluate(SAME_NAMES):
        yield f"{path} has two elements called {', '.join(same)}"
    if page.evaluate(CHARTS_ALONE):
        yield f"{path} shows a chart without its data as a table"
    weight = sum(travelling(*one) for one in page.evaluate(LOADED))
    # The styleguide holds every component many times over; no page does.
    if weight > HEAVIEST and path != "/styleguide/":
        yield f"{path} weighs {weight / 1024:.0f} KB without plotly"


def rules(width: int, theme: Theme) -> dict[str, Any]:
    """Return what axe is asked at a width, in a theme."""
    if theme == "light" and width in WHOLE:
        return TAGS
    return {**TAGS, "runOnly": BY_WIDTH if theme == "light" else BY_THEME}


def violations(page: Page, asked: dict[str, Any]) -> list[str]:
    """Return what axe finds wrong, an element a line."""
    return [
        f"{found['id']}: {node['html'][:140]} {node['any'][:1]}"
        for found in page.evaluate("asked => axe.run(asked)", asked)["violations"]
        for node in found["nodes"]
    ]


def travelling(address: str, size: int) -> int:
    """Return the bytes on the wire: pages as they are, static files as packed once."""
    path = urlsplit(address).path
    found = finders.find(path.removeprefix("/static/")) if "/static/" in path else None
    return packed(str(found)) if found else size


@cache
def packed(path: str) -> int:
    """Return the bytes of a static file as it is sent."""
    return len(brotli.compress(Path(path).read_bytes()))
