"""The people who try the doors of accounts."""

from tests.people import alice, bob, browser, charlie, edith, team

__all__ = ["alice", "bob", "browser", "charlie", "edith", "team"]
