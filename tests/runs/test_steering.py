"""Owners cancel, pause, resume, retry and leave out; nothing that counts is lost."""

import pytest
from django.db import OperationalError, connection

from advisor.runs import selectors, services
from advisor.runs.models import Answer, Candidate, Run, Trial
from advisor.runs.services.verifying import broken_invariants
from tests.runs.factory import keys, make_setup, right

pytestmark = pytest.mark.django_db


def launched(**setup) -> Run:
    return services.launch(setup=make_setup(**setup), started_by=None)


def drive_once(run: Run, stop_after: int) -> None:
    """Work until some answers are in, as a worker that is asked to stop."""
    asked = iter([False] * stop_after)
    for one in run.candidates.order_by("position"):
        services.drive(
            run_id=run.pk, candidate_id=one.pk, stopping=lambda: next(asked, True)
        )


def test_cancelling_before_anything_ran_ends_the_run_at_once():
    run = services.cancel(run=launched(candidates=[{"id": "a"}]))
    assert run.state == Run.State.CANCELLED
    assert set(run.trials.values_list("state", flat=True)) == {"skipped"}
    assert broken_invariants(run) == []


def test_a_worker_that_is_told_to_stop_hands_over():
    run = launched(samples=60, candidates=[{"id": "a"}])
    drive_once(run, stop_after=12)
    done = Answer.objects.count()
    assert 0 < done < 60
    states = set(run.trials.values_list("state", flat=True))
    assert states == {"succeeded", "pending"}
    services.run_inline(run)
    assert Answer.objects.count() == 60
    assert broken_invariants(run) == []


def test_cancelling_in_the_middle_keeps_what_is_answered():
    run = launched(samples=60, candidates=[{"id": "a"}])
    drive_once(run, stop_after=12)
    done = Answer.objects.count()
    run = services.cancel(run=run)
    assert run.state == Run.State.CANCELLED
    assert Answer.objects.count() == done
    services.drive(run_id=run.pk, candidate_id=run.candidates.get().pk)
    assert Answer.objects.count() == done


def test_a_paused_run_stands_still_and_goes_on():
    run = launched(samples=60, candidates=[{"id": "a"}])
    drive_once(run, stop_after=12)
    done = Answer.objects.count()
    services.pause(run=run, reason="lunch")
    services.run_inline(run)
    assert (Answer.objects.count(), run.state) == (done, Run.State.PAUSED)
    services.resume(run=run)
    services.run_inline(run)
    assert run.state == Run.State.COMPLETED
    assert Answer.objects.count() == 60


def test_retrying_keeps_what_counts_and_asks_the_rest_again():
    answers = right(keys(40))
    del answers["s0001"]
    run = launched(
        candidates=[{"id": "a", "answers": answers}], constraints={"min_quality": 0.1}
    )
    services.run_inline(run)
    assert run.state == Run.State.WITH_GAPS
    kept = set(Answer.objects.exclude(score=None).values_list("pk", "created_at"))
    services.retry_failed(run=run)
    assert run.generation == 2
    services.run_inline(run)
    assert kept <= set(Answer.objects.values_list("pk", "created_at"))
    assert broken_invariants(run) == []


def test_a_run_goes_on_without_a_candidate_that_is_left_out():
    refused = {"code": "no_model", "kind": "configuration", "message": "no such model"}
    run = launched(
        candidates=[
            {"id": "a", "options": {"open_failure": refused}},
            {"id": "b", "answers": right(keys(40))},
        ]
    )
    services.run_inline(run)
    assert run.state == Run.State.PAUSED
    one = run.candidates.get(key="a")
    services.drop_candidate(candidate=one, reason="not needed")
    services.resume(run=run)
    services.run_inline(run)
    one.refresh_from_db()
    assert one.state == Candidate.State.NOT_RUN
    assert run.recommendation.recommended == "b"
    assert broken_invariants(run) == []


def test_an_unreachable_engine_is_tried_five_times():
    gone = {"code": "connect", "kind": "transport", "message": "nobody there"}
    run = launched(candidates=[{"id": "a", "options": {"open_failure": gone}}])
    services.run_inline(run)
    one = run.candidates.get()
    assert (one.state, one.crashes) == (Candidate.State.PAUSED, 5)
    assert run.pause_reason == "a: nobody there"


def test_an_engine_that_breaks_as_it_is_opened_is_tried_five_times():
    odd = {"no": "failure"}
    run = launched(candidates=[{"id": "a", "options": {"open_failure": odd}}])
    services.run_inline(run)
    one = run.candidates.get()
    assert (one.state, one.crashes) == (Candidate.State.PAUSED, 5)
    assert run.pause_reason.startswith("a: The engine broke: TypeError")


def test_an_engine_that_breaks_loses_nothing():
    run = launched(
        samples=10,
        candidates=[{"id": "a", "options": {"default": "nonsense"}}],
    )
    services.run_inline(run)
    assert run.candidates.get().state == Candidate.State.PAUSED
    assert set(run.trials.values_list("state", flat=True)) <= {"pending", "failed"}
    assert broken_invariants(run) == []


def test_the_log_tells_what_happened():
    run = launched(candidates=[{"id": "a", "answers": right(keys(40))}])
    services.run_inline(run)
    kinds = {event.kind for event in selectors.events_of(run)}
    assert kinds == {"run", "candidate"}
    assert Trial.objects.filter(run=run, state="succeeded").count() == 40


@pytest.mark.django_db(transaction=True)
def test_a_large_retry_is_made_ready_in_portions_and_may_be_cut_off():
    failing = {"code": "content_filter", "kind": "model", "message": "no"}
    options = {"failures": dict.fromkeys(keys(60), failing)}
    run = launched(samples=60, candidates=[{"id": "a", "options": options}])
    services.run_inline(run)
    freed = []

    def cut_off(execute, sql, *rest):
        freed.extend([sql] if sql.startswith('UPDATE "runs_trial"') else [])
        if len(freed) == 3:
            raise OperationalError("The server is shutting down.")
        return execute(sql, *rest)

    with connection.execute_wrapper(cut_off), pytest.raises(OperationalError):
        services.retry_failed(run=run, portion=20)
    run.refresh_from_db()
    assert (run.state, run.trials.filter(state="pending").count()) == ("paused", 40)
    assert Answer.objects.count() == 20
    assert broken_invariants(run) == []
    # Whoever resumes it goes on with what is ready; the others may be tried again.
    run = services.run_inline(services.resume(run=run))
    assert (run.state, Answer.objects.count()) == ("completed", 60)
    assert broken_invariants(run) == []
    run = services.retry_failed(run=run, portion=20)
    assert (run.state, run.trials.filter(state="pending").count()) == ("running", 60)
    assert services.run_inline(run).state == "completed"
    assert broken_invariants(run) == []


@pytest.mark.django_db(transaction=True)
def test_whoever_takes_a_held_run_over_is_not_overruled():
    run = launched(samples=60, candidates=[{"id": "a"}])
    services.cancel(run=run)
    freed = []

    def cancelled(execute, sql, *rest):
        if sql.startswith('UPDATE "runs_trial"') and not freed:
            freed.append(sql)
            done = execute(sql, *rest)
            services.cancel(run=Run.objects.get(pk=run.pk))
            return done
        return execute(sql, *rest)

    with connection.execute_wrapper(cancelled):
        services.retry_failed(run=run, portion=20)
    assert run.state == Run.State.CANCELLED
    assert set(run.trials.values_list("state", flat=True)) == {"skipped"}
    assert broken_invariants(run) == []


def test_a_step_that_is_refused_names_only_states_that_allow_it():
    run = launched(candidates=[{"id": "a"}])
    Run.objects.update(state=Run.State.FINALIZING)
    with pytest.raises(services.StepRefused) as refused:
        services.retry_failed(run=run)
    assert str(refused.value) == (
        f"Run {run.number} is finalizing. This step is possible while it is done or"
        " done, with gaps or cancelled or stopped at the cap or failed."
    )
