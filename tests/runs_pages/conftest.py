"""The people who watch and steer runs, and short times for what they watch."""

from collections.abc import Iterator
from typing import Any

import pytest

from advisor.runs import services
from tests import people

alice, edith, bob = people.alice, people.edith, people.bob
charlie, team, browser = people.charlie, people.team, people.browser


@pytest.fixture(autouse=True)
def short_times(settings: Any) -> None:
    settings.RETRY_SECONDS = 0.01
    settings.REAP_SECONDS = 0.01


@pytest.fixture(autouse=True)
def no_engine_stays_open() -> Iterator[None]:
    yield
    services.close_engines()
