"""Every page of the resolver in a real Chromium: accessible, inside its width, light.

The addresses come from the same table as who may open them. Each page is loaded once
and looked at in both themes and at every width; what weighs is counted on the way.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from advisor.runs.services import close_engines
from tests.browser.looking import faults_of
from tests.security.test_doors import LISTED, asked_of
from tests.security.world import World, build
from tests.services import require
from tests.web_pages import test_in_a_browser as web

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
chromium = web.chromium


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    yield build()
    close_engines()


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
