"""What was counted of a run that ended is kept, and is what its rows say."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from advisor.accounts.models import Team
from advisor.runs.models import Run, RunSummary
from advisor.runs.selectors import progress_of
from advisor.runs.selectors.counted import counts_of, kept_counts, stamp_of
from advisor.runs.selectors.cuts import cuts_of
from advisor.runs.selectors.progress import ENDED
from advisor.runs.selectors.summary import forget
from advisor.runs.services.summarising import summary_of
from tests.runs.factory import keys, right
from tests.runs.finished import finished

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(team: Team) -> Run:
    """A run in which one answer ended at the limit and another came to nothing."""
    answers = {key: {"output": out} for key, out in right(keys(80), 5).items()}
    first, second = keys(80)[:2]
    answers[first] = {"output": "something", "finish": "length"}
    answers[second] = {"output": "", "error": "the server said no"}
    run = finished(team, candidates=[{"id": "odd", "answers": answers}])
    run = Run.objects.select_related("recommendation").get(pk=run.pk)
    # What this process kept of another test's run of the same number.
    forget(run)
    return run


def test_what_is_kept_is_what_the_rows_say(run: Run):
    assert kept_counts(run) is None
    kept = summary_of(run)
    counted, found = counts_of(run), kept_counts(run)
    assert found is not None
    assert found.states == counted.states
    assert dict(found.failures) == dict(counted.failures)
    assert (found.means, found.spends) == (counted.means, counted.spends)
    for pk, answers in found.answers.items():
        assert answers["asked"] == counted.answers[pk]["asked"] == 80
    assert kept.cuts == cuts_of(run)


def test_a_run_whose_counts_are_kept_is_not_counted_again(run: Run):
    before = progress_of(run)
    summary_of(run)
    ENDED.drop(stamp_of(run))
    with CaptureQueriesContext(connection) as asked:
        assert progress_of(run) == before
    assert not any("COUNT(" in one["sql"] for one in asked.captured_queries)


def test_what_was_booked_since_makes_them_anew(run: Run):
    summary_of(run)
    assert kept_counts(run) is not None
    run.overshoot_micro += 1
    assert kept_counts(run) is None


def test_a_summary_of_before_gets_its_counts_when_it_is_first_read(run: Run):
    summary_of(run)
    RunSummary.objects.update(counts=None)
    forget(run)
    assert summary_of(run).cuts == cuts_of(run)
    assert kept_counts(run) is not None
