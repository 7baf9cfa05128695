"""Each invariant is seen when it is broken."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now

from advisor.runs import services
from advisor.runs.models import (
    Answer,
    Attempt,
    Candidate,
    Run,
    RunEvent,
    StoredRecommendation,
)
from advisor.runs.services.speed_money import FIRST_NUMBER
from advisor.runs.services.verifying import broken_invariants
from tests.runs.factory import keys, make_setup, make_team, make_upload, right

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    setup = make_setup(candidates=[{"id": "a", "answers": right(keys(40))}])
    return services.run_inline(services.launch(setup=setup, started_by=None))


def numbers(run: Run) -> set[str]:
    fresh = Run.objects.get(pk=run.pk)
    return {line.split(":")[0] for line in broken_invariants(fresh)}


def test_a_finished_run_breaks_none(run, capsys):
    call_command("verify_run", run.pk)
    assert "all invariants hold" in capsys.readouterr().out


def test_an_id_that_no_run_has_is_an_error_and_no_silence(run, capsys):
    with pytest.raises(CommandError, match="No run has the id 98765"):
        call_command("verify_run", run.pk, 98765)
    assert capsys.readouterr().out == ""


def test_a_missing_trial_is_seen(run):
    run.trials.first().delete()
    assert "I1" in numbers(run)


def test_a_lost_answer_is_seen(run):
    Answer.objects.first().delete()
    assert "I2" in numbers(run)


def test_an_old_lease_is_seen(run):
    trial = run.trials.first()
    trial.answer.delete()
    run.trials.filter(pk=trial.pk).update(
        state="leased",
        lease_token="0" * 32,
        lease_until=Now() - timedelta(minutes=1),
    )
    assert "I3" in numbers(run)


def test_money_that_no_attempt_explains_is_seen(run):
    Run.objects.update(spent_micro=7)
    assert numbers(run) >= {"I4", "I8"}


def test_a_timed_request_that_nobody_waits_for_is_seen(run):
    Attempt.objects.create(trial=run.trials.first(), claim_no=FIRST_NUMBER)
    assert numbers(run) == {"I6"}
    Candidate.objects.update(lease_token="0" * 32, lease_until=Now())
    assert numbers(run) == set()


def test_an_open_attempt_of_an_ended_trial_is_seen(run):
    Attempt.objects.filter(pk=Attempt.objects.first().pk).update(state="reserved")
    assert "I6" in numbers(run)


def test_work_that_nobody_takes_is_seen(settings):
    settings.STUCK_SECONDS = 1
    setup = make_setup(candidates=[{"id": "a"}])
    run = services.launch(setup=setup, started_by=None)
    services.begin(run.pk)
    long_ago = Now() - timedelta(minutes=1)
    Run.objects.update(created_at=long_ago, started_at=long_ago)
    run.events.update(at=long_ago)
    assert numbers(run) == {"I7"}
    # A dispatcher that repeats its hints to nobody does not make it better.
    run.candidates.update(hinted_at=Now())
    assert numbers(run) == {"I7"}
    run.candidates.update(state="paused")
    assert "I7" not in numbers(run)


def test_a_changed_recommendation_is_seen(run):
    stored = StoredRecommendation.objects.get()
    stored.document = stored.document.replace("1.0", "0.9", 1)
    stored.save(update_fields=["document"])
    assert numbers(run) == {"I8"}


def test_a_state_that_the_log_does_not_tell_is_seen(run):
    RunEvent.objects.filter(kind="run").last().delete()
    assert numbers(run) == {"I9"}


def test_a_file_of_another_team_is_seen(run):
    run.candidates.update(recorded=make_upload(make_team(), right(keys(3))))
    assert "I10" in numbers(run)


def test_the_command_ends_with_an_error_and_says_which(run, capsys):
    Answer.objects.first().delete()
    with pytest.raises(CommandError):
        call_command("verify_run")
    assert "I2: 1 ended trials have no answer" in capsys.readouterr().out


def test_a_run_that_went_on_since_it_was_read_breaks_none():
    setup = make_setup(candidates=[{"id": "a", "answers": right(keys(40))}])
    run = services.launch(setup=setup, started_by=None)
    read_before = Run.objects.get(pk=run.pk)
    services.run_inline(run)
    assert broken_invariants(read_before) == []
