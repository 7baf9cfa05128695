"""Every page of the resolver in a real Chromium: accessible, inside its width, light.

The addresses come from the same table as who may open them. Each page is loaded once
and looked at in both themes and at three widths; what weighs is counted on the way.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import brotli
import pytest
from django.contrib.staticfiles import finders
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from advisor.runs.services import close_engines
from tests.security.test_doors import LISTED, asked_of
from tests.security.world import World, build
from tests.services import require
from tests.web_pages import test_in_a_browser as web

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
chromium = web.chromium
WIDTHS = (820, 390, 320, 1280)
HEAVIEST = 150 * 1024
# Where axe looks at colours alone: the structure is the same in both themes.
COLOURS = "() => axe.run({runOnly: ['color-contrast'], resultTypes: ['violations']})"
TOO_FAR = """
() => [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
  .map(one => `${one.tagName}.${one.className}`).slice(0, 4).join(', ')
"""
CHARTS_ALONE = """
() => [...document.querySelectorAll('[data-chart]')]
  .filter(one => !one.parentElement.querySelector('details table')).length
"""
LOADED = """
() => [...performance.getEntriesByType('navigation'),
       ...performance.getEntriesByType('resource')]
  .filter(one => !one.name.includes('plotly'))
  .map(one => [one.name, one.decodedBodySize])
"""


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    yield build()
    close_engines()


def travelling(address: str, size: int) -> int:
    """Return the bytes on the wire: pages as they are, static files as packed once."""
    path = urlsplit(address).path
    found = finders.find(path.removeprefix("/static/")) if "/static/" in path else None
    return packed(str(found)) if found else size


@cache
def packed(path: str) -> int:
    return len(brotli.compress(Path(path).read_bytes()))


def pages_of(world: World, actor: str) -> list[str]:
    """List the addresses that answer somebody with a whole page."""
    client, found = world.client(actor), ["/no-such-page/"]
    wanted = {"all"} if actor == "nobody" else set()
    for route in LISTED:
        level = (asked_of(route) or {}).get("GET")
        if (
            level is None
            or level in ("operator", "none")
            or (level in wanted) == (actor != "nobody")
        ):
            continue
        address = world.address(route, actor)
        answer = client.get(address)
        if answer.status_code == 200 and b'<main id="main"' in answer.content:
            found.append(address)
    return found


def faults_of(page: Page, path: str) -> Iterator[str]:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            yield f"{path} is {wide} wide at {width}: {page.evaluate(TOO_FAR)}"
        if width == 390:
            yield from (f"{path} on a phone: {fault}" for fault in web.faults(page))
    page.emulate_media(color_scheme="dark")
    for found in page.evaluate(COLOURS)["violations"]:
        for node in found["nodes"]:
            yield f"{path} in the dark: {node['html'][:140]} {node['any'][:1]}"
    page.emulate_media(color_scheme="light")
    if page.evaluate(CHARTS_ALONE):
        yield f"{path} shows a chart without its data as a table"
    weight = sum(travelling(*one) for one in page.evaluate(LOADED))
    # The styleguide holds every component many times over; no page does.
    if weight > HEAVIEST and path != "/styleguide/":
        yield f"{path} weighs {weight / 1024:.0f} KB without plotly"


@pytest.mark.parametrize("actor", ["nobody", "owner"])
def test_each_is_accessible_inside_its_width_quiet_and_light(
    actor: str, world: World, chromium: Browser, live_server: LiveServer
):
    require(web.AXE.exists(), "npm, then npm ci for axe-core")
    user = world.users.get(actor)
    calm = {"color_scheme": "light", "reduced_motion": "reduce"}
    visit = web.opened(chromium, live_server, user, **calm)
    pages = pages_of(world, actor)
    assert len(pages) > 10
    wrong = []
    for path in pages:
        wrong += faults_of(visit.go(path), path)
    visit.page.context.close()
    wrong += visit.wrong
    assert not wrong, "\n".join(wrong)
