"""Runs in tests keep no lease for long, and no engine after the test."""

from collections.abc import Iterator
from typing import Any

import pytest

from advisor.runs import services


@pytest.fixture(autouse=True)
def short_times(settings: Any) -> None:
    settings.RETRY_SECONDS = 0.01
    settings.REAP_SECONDS = 0.01
    settings.QUIET_SECONDS = 0
    settings.SPEED_REPEATS = 0


@pytest.fixture(autouse=True)
def no_engine_stays_open() -> Iterator[None]:
    yield
    services.close_engines()
