"""Which samples did the recommended model answer worse than the reference?"""

import pytest

from advisor.accounts.models import Team
from advisor.reports.pages.samples import PAGE, Choice, sample_list
from advisor.reports.selectors import result_of
from advisor.runs.services import launch, run_inline
from tests.runs.factory import keys, make_project, make_setup, right

pytestmark = pytest.mark.django_db
NAMES = keys(80)


def listed(team: Team, small: dict[str, str]) -> set[str]:
    setup = make_setup(
        reference={"id": "large", "answers": {**right(NAMES), "s0005": "no"}},
        candidates=[{"id": "small", "answers": small, "parameters": 10}],
        samples=80,
        project=make_project(team),
        constraints={"quality_margin": 0.2},
        objective="size",
    )
    run = run_inline(launch(setup=setup, started_by=None))
    result = result_of(run)
    assert result is not None
    return {row.key for row in sample_list(result, Choice(show="worse")).rows}


def test_only_those_where_the_reference_scored_more(team: Team):
    # Of the six that it got wrong, the reference got the last one wrong too.
    assert listed(team, right(NAMES, wrong=6)) == set(NAMES[:5])


def test_where_nothing_is_recommended_it_is_the_closest(team: Team):
    found = listed(team, right(NAMES, wrong=60))
    assert len(found) == PAGE
    assert found < set(NAMES[:60]) - {"s0005"}
