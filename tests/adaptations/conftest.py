"""Jobs in tests keep their models in a folder of the test, and no engine stays open."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from advisor.runs import services
from tests import people

alice, edith, bob = people.alice, people.edith, people.bob
charlie, team, browser = people.charlie, people.team, people.browser


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> Path:
    settings.ADAPTED_DIR = tmp_path / "adapted"
    settings.RETRY_SECONDS = 0.01
    settings.REAP_SECONDS = 0.01
    settings.QUIET_SECONDS = 0
    settings.SPEED_SECONDS = 2
    settings.SPEED_REPEATS = 0
    return settings.ADAPTED_DIR


@pytest.fixture(autouse=True)
def no_engine_stays_open() -> Iterator[None]:
    yield
    services.close_engines()
