"""Costs that rest on an old price say so, as the list of prices promises."""

from datetime import timedelta

import pytest

from advisor.accounts.models import Team
from advisor.reports.pages.method import notices_of
from advisor.reports.selectors import result_of
from tests.runs.finished import finished

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("days", "source", "told"),
    [(30, "list", False), (31, "list", True), (None, "list", True)]
    + [(None, "typed", False)],
)
def test_a_price_older_than_30_days_at_launch_is_told(
    team: Team, days: int | None, source: str, told: bool
):
    run = finished(team)
    launched = run.created_at.date()
    row = run.candidates.order_by("key").first()
    assert row is not None
    row.spec["price"] = {
        "input_per_1m": 1.0,
        "output_per_1m": 2.0,
        "source": source,
        "as_of": None if days is None else str(launched - timedelta(days=days)),
    }
    run.candidates.filter(pk=row.pk).update(spec=row.spec)
    result = result_of(run)
    assert result is not None
    found = [one.text for one in notices_of(result) if one.title == "Old prices."]
    assert len(found) == told
    if told:
        assert row.key in found[0]
