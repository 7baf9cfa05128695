"""Who holds a trial, for how long, and what happens to late answers."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from advisor.engines.base import Answer as EngineAnswer
from advisor.runs import services
from advisor.runs.models import Answer, Attempt, Candidate, Run, Trial
from advisor.runs.services.claiming import beat, claim_block, claim_unit
from advisor.runs.services.committing import commit
from advisor.runs.services.driving import begin
from advisor.runs.services.judging import Judge
from advisor.runs.services.reaping import reap
from advisor.runs.services.releasing import release
from advisor.runs.services.states import move_candidate
from advisor.runs.services.verifying import broken_invariants
from advisor.scoring.registry import scorer
from tests.runs.factory import make_setup

pytestmark = pytest.mark.django_db


@pytest.fixture
def candidate():
    setup = make_setup(samples=60, candidates=[{"id": "a"}])
    run = services.launch(setup=setup, started_by=None)
    begin(run.pk)
    one = run.candidates.get()
    move_candidate(one, to=Candidate.State.PREPARING)
    move_candidate(one, to=Candidate.State.READY)
    return Candidate.objects.select_related("run").get(pk=one.pk)


def outcomes(lease):
    judge = Judge(scorer=scorer("exact_match"))
    result = []
    for claim in lease.claims:
        trial = Trial.objects.select_related("sample").get(pk=claim.trial_id)
        answer = EngineAnswer(
            prompt_id=trial.sample.key,
            output="yes",
            finish="stop",
            prompt_tokens=1,
            completion_tokens=1,
            tokens_origin="reported",
            timing=None,
        )
        result.append(judge.outcome(claim, answer, trial.sample.expected))
    return result


def expire(lease):
    Trial.objects.filter(lease_token=lease.token).update(
        lease_until=Now() - timedelta(seconds=1)
    )


def test_a_block_is_claimed_whole_and_only_once(candidate):
    first, second = claim_block(candidate), claim_block(candidate)
    assert len(first.claims) == 32
    assert len(second.claims) == 28
    assert claim_block(candidate) is None
    ids = {claim.trial_id for lease in (first, second) for claim in lease.claims}
    assert len(ids) == 60


def test_what_is_not_due_yet_is_not_claimed(candidate):
    Trial.objects.update(not_before=Now() + timedelta(minutes=1))
    assert claim_block(candidate) is None


@pytest.mark.parametrize("state", ["paused", "cancelling", "budget_stopped"])
def test_nothing_is_claimed_of_a_run_that_does_not_run(candidate, state):
    Run.objects.update(state=state)
    assert claim_block(candidate) is None


def test_a_beat_extends_a_lease_and_tells_when_it_is_gone(candidate):
    lease = claim_block(candidate)
    before = Trial.objects.filter(lease_token=lease.token).first().lease_until
    assert beat(lease.token, lease_s=60)
    after = Trial.objects.filter(lease_token=lease.token).first().lease_until
    assert after > before
    assert not beat(uuid4())


def test_a_cancelled_run_gets_no_more_beats(candidate):
    lease = claim_block(candidate)
    Run.objects.update(state=Run.State.CANCELLING)
    assert not beat(lease.token)


def test_an_expired_lease_can_be_claimed_by_another(candidate):
    lease = claim_block(candidate)
    expire(lease)
    assert reap() == 32
    again = claim_block(candidate)
    assert [c.trial_id for c in again.claims] == [c.trial_id for c in lease.claims]
    assert {claim.number for claim in again.claims} == {2}


def test_what_was_taken_back_is_told_in_the_log(candidate):
    expire(claim_block(candidate))
    reap()
    claim_unit(candidate)
    Candidate.objects.update(lease_until=Now() - timedelta(seconds=1))
    reap()
    told = candidate.run.events.filter(kind="lease").order_by("pk")
    assert [one.text.split(": ")[1].split(",")[0] for one in told] == [
        "32 trials taken back",
        f"{candidate.key} is free again",
    ]


def test_a_late_answer_is_thrown_away(candidate):
    slow = claim_block(candidate)
    expire(slow)
    reap()
    fast = claim_block(candidate)
    stored = commit(fast, outcomes(fast), candidate=candidate, priced=False)
    late = commit(slow, outcomes(slow), candidate=candidate, priced=False)
    assert (stored.stored, late.stored, late.late) == (32, 0, 32)
    assert Answer.objects.count() == 32
    assert broken_invariants(candidate.run) == []


def test_a_late_answer_is_thrown_away_while_another_works(candidate):
    slow = claim_block(candidate)
    expire(slow)
    reap()
    claim_block(candidate)
    late = commit(slow, outcomes(slow), candidate=candidate, priced=False)
    assert (late.stored, late.late) == (0, 32)
    assert not Answer.objects.exists()


@pytest.mark.parametrize("alike", [True, False])
def test_of_a_block_that_was_lost_in_part_the_rest_is_stored(candidate, alike):
    lease = claim_block(candidate)
    done = outcomes(lease)
    if not alike:
        done[3] = replace(done[3], state=Trial.State.FAILED)
        for at in (4, 5):
            done[at] = replace(done[at], row=None, scores=(), state=Trial.State.PENDING)
    lost = [one.claim.trial_id for one in done[::2]]
    Trial.objects.filter(pk__in=lost).update(claims=2)
    stored = commit(lease, done, candidate=candidate, priced=False)
    waiting = 0 if alike else 1
    assert (stored.stored, stored.waiting) == (16 - waiting, waiting)
    assert stored.late == 16
    assert not Answer.objects.filter(trial__in=lost).exists()
    states = [one.state for one in done[1::2]]
    rows = Trial.objects.filter(pk__in=[one.claim.trial_id for one in done[1::2]])
    assert list(rows.order_by("position").values_list("state", flat=True)) == states
    assert Trial.objects.filter(pk__in=lost, state=Trial.State.LEASED).count() == 16


def test_an_answer_is_stored_once_however_often_it_is_committed(candidate):
    lease = claim_block(candidate)
    done = [
        commit(lease, outcomes(lease), candidate=candidate, priced=False).stored
        for _ in range(2)
    ]
    assert done == [32, 0]


def test_what_is_handed_back_counts_no_error(candidate):
    lease = claim_block(candidate)
    ids = [claim.trial_id for claim in lease.claims[:5]]
    assert release(lease, ids, sent=False) == 5
    assert release(lease, ids, sent=False) == 0
    back = Trial.objects.filter(pk__in=ids)
    assert {(t.state, t.errors, t.claims) for t in back} == {("pending", 0, 1)}


def test_a_trial_lost_three_times_is_claimed_alone(candidate):
    for _ in range(3):
        expire(claim_block(candidate))
        reap()
    Trial.objects.update(not_before=None)
    assert len(claim_block(candidate).claims) == 1


def test_three_crashes_while_held_alone_set_a_sample_aside(candidate):
    first = Trial.objects.order_by("position").first()
    Trial.objects.exclude(pk=first.pk).update(state=Trial.State.SKIPPED)
    for _ in range(3):
        Trial.objects.filter(pk=first.pk).update(not_before=None)
        expire(claim_block(candidate))
        reap()
    first.refresh_from_db()
    assert first.state == Trial.State.QUARANTINED
    assert (first.answer.score, first.answer.failure_code) == (0.0, "poison")


def test_25_losses_set_a_sample_aside_as_a_gap(candidate):
    Trial.objects.update(claims=24, losses=24)
    lease = claim_block(candidate)
    with_another = Trial.objects.exclude(pk=lease.claims[0].trial_id).first()
    Trial.objects.filter(pk=with_another.pk).update(
        state="leased", lease_token=lease.token, lease_until=Now()
    )
    expire(lease)
    reap()
    aside = Trial.objects.get(pk=lease.claims[0].trial_id)
    assert aside.state == Trial.State.QUARANTINED
    assert (aside.answer.score, aside.answer.failure_code) == (None, "claims")


def test_what_is_handed_back_is_not_lost(candidate):
    for _ in range(25):
        held = claim_block(candidate)
        release(held, [one.trial_id for one in held.claims], sent=False)
    expire(claim_block(candidate))
    reap()
    assert set(Trial.objects.values_list("state", flat=True)) == {"pending"}
    # All are claimed together at once: nothing says that one of them was to blame.
    again = claim_block(candidate)
    assert len(again.claims) == len(held.claims)
    assert not again.is_suspect


def test_a_speed_phase_has_one_worker(candidate):
    Candidate.objects.update(state=Candidate.State.SPEED)
    candidate.refresh_from_db()
    token = claim_unit(candidate)
    assert token is not None
    assert claim_unit(candidate) is None
    Candidate.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert claim_unit(candidate) not in (None, token)


def test_the_database_refuses_a_lease_without_a_holder(candidate):
    with pytest.raises(IntegrityError), transaction.atomic():
        Trial.objects.update(state=Trial.State.LEASED)


def test_every_attempt_is_in_the_books(candidate):
    lease = claim_block(candidate)
    commit(lease, outcomes(lease), candidate=candidate, priced=False)
    states = set(Attempt.objects.values_list("state", "cost_micro"))
    assert states == {("settled", 0)}


def test_what_was_claimed_anew_under_the_same_token_is_not_handed_back(candidate):
    lease = claim_block(candidate)
    expire(lease)
    reap()
    again = claim_block(candidate, token=lease.token)
    ids = [claim.trial_id for claim in lease.claims]
    assert release(lease, ids, sent=False) == 0
    assert release(again, ids, sent=False) == len(ids)
