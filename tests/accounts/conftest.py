"""People at the doors of the tests of accounts."""

from tests import people

alice, team, browser = people.alice, people.team, people.browser
