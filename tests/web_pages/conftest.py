"""Three people at every door: Alice owns the team, Bob views it, Charlie is outside."""

from tests.people import (
    PASSWORD,
    Browser,
    alice,
    bob,
    browser,
    charlie,
    person,
    team,
)
from tests.people import member as membership

__all__ = [
    "PASSWORD",
    "Browser",
    "alice",
    "bob",
    "browser",
    "charlie",
    "membership",
    "person",
    "team",
]
