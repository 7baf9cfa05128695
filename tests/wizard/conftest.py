"""An editor in front of the wizard, and tickets with recorded answers."""

from collections.abc import Iterator

import pytest

from advisor.accounts.models import Team, User
from advisor.runs import services
from tests import people
from tests.runs.factory import keys, right
from tests.wizard.walk import Walk, lines

alice, edith, bob = people.alice, people.edith, people.bob
charlie, team, browser = people.charlie, people.team, people.browser


@pytest.fixture
def walk(team: Team, edith: User, browser: people.Browser) -> Walk:
    return Walk(browser(edith), team)


@pytest.fixture
def samples() -> bytes:
    return lines({"id": key, "input": f"{key}?", "expected": "yes"} for key in keys(40))


def answers(wrong: int, number: int = 40) -> bytes:
    found = right(keys(number), wrong=wrong)
    return lines({"id": key, "output": output} for key, output in found.items())


@pytest.fixture
def ready(walk: Walk, samples: bytes) -> Walk:
    """A walk whose draft could be launched."""
    walk.begin()
    walk.limit(margin="20")
    walk.upload(samples)
    walk.score()
    walk.record("large", answers(1), role="reference")
    walk.record("small", answers(2))
    walk.post("candidates")
    return walk


@pytest.fixture(autouse=True)
def no_engine_stays_open() -> Iterator[None]:
    yield
    services.close_engines()
