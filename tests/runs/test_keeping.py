"""A late heartbeat costs nothing unless somebody else took the work."""

import time

import pytest
from django.db.models.functions import Now

from advisor.runs import services
from advisor.runs.models import Candidate, Trial
from advisor.runs.services.answering import Desk
from advisor.runs.services.claiming import claim_block, claim_unit
from advisor.runs.services.committing import commit
from advisor.runs.services.driving import never
from advisor.runs.services.holding import held_engine
from advisor.runs.services.keeping import Keeper
from advisor.runs.services.reaping import reap
from advisor.runs.services.verifying import broken_invariants
from advisor.runs.services.working import Work
from tests.runs.test_leases import (  # noqa: F401 - a fixture
    candidate,
    expire,
    outcomes,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def every_tick_is_a_late_beat(settings):
    settings.HEARTBEAT_SECONDS = 0


def test_nothing_is_kept_while_the_last_block_is_stored(candidate):  # noqa: F811
    class Watched(Keeper):
        unstored_when_let_go: int | None = None

        def let_go(self) -> None:
            if self.unstored_when_let_go is None:
                held = Trial.objects.filter(state="leased")
                self.unstored_when_let_go = held.count()
            super().let_go()

    with held_engine(candidate) as (engine, _), Watched() as keeper:
        desk = Desk.of(candidate, engine)
        given = {"over": never, "stopping": never, "enough": never}
        work = Work(desk=desk, keeper=keeper, **given)
        assert work.run() == 60
    # Of its first block at least the last answer is stored only then.
    assert keeper.unstored_when_let_go
    assert not keeper.lost.is_set()


def test_a_beat_after_the_work_was_let_go_loses_nothing(candidate):  # noqa: F811
    lease = claim_block(candidate)
    with Keeper() as keeper:
        keeper.take(lease.token, lease.claims)
        keeper.let_go()
        commit(lease, outcomes(lease), candidate=candidate, priced=False)
        time.sleep(0.001)
        assert keeper.tick()


def test_a_late_beat_takes_up_what_nobody_else_has(candidate):  # noqa: F811
    lease = claim_block(candidate)
    with Keeper() as keeper:
        keeper.take(lease.token, lease.claims)
        expire(lease)
        assert reap() == 32
        time.sleep(0.001)
        assert keeper.tick()
    done = commit(lease, outcomes(lease), candidate=candidate, priced=False)
    assert (done.stored, done.late) == (32, 0)
    assert broken_invariants(candidate.run) == []


def test_a_late_beat_leaves_what_somebody_else_has(candidate):  # noqa: F811
    lease = claim_block(candidate)
    with Keeper() as keeper:
        keeper.take(lease.token, lease.claims)
        expire(lease)
        reap()
        other = claim_block(candidate)
        time.sleep(0.001)
        assert not keeper.tick()
    held = Trial.objects.filter(lease_token=other.token)
    assert held.count() == 32
    done = commit(lease, outcomes(lease), candidate=candidate, priced=False)
    assert (done.stored, done.late) == (0, 32)


def test_a_late_beat_while_a_model_is_opened_is_no_crash(candidate):  # noqa: F811
    token = claim_unit(candidate)
    keeper = Keeper()
    with keeper, keeper.hold(token, candidate.pk):
        for _ in range(6):
            Candidate.objects.filter(pk=candidate.pk).update(lease_until=Now())
            reap()
            time.sleep(0.001)
            assert keeper.tick()
    candidate.refresh_from_db()
    assert (candidate.lease_token, candidate.crashes) == (token, 0)
    assert candidate.state == Candidate.State.READY


def test_what_a_cancelled_run_held_is_not_taken_up(candidate):  # noqa: F811
    lease = claim_block(candidate)
    with Keeper() as keeper:
        keeper.take(lease.token, lease.claims)
        expire(lease)
        reap()
        services.cancel(run=candidate.run)
        time.sleep(0.001)
        assert not keeper.tick()


def test_a_late_beat_of_a_trial_held_alone_is_no_crash_of_it(candidate):  # noqa: F811
    lease = claim_block(candidate, most=1)
    with Keeper() as keeper:
        keeper.take(lease.token, lease.claims)
        for _ in range(4):
            expire(lease)
            assert reap() == 1
            time.sleep(0.001)
            assert keeper.tick()
    trial = Trial.objects.get(pk=lease.claims[0].trial_id)
    assert (trial.state, trial.losses, trial.solo_crashes) == ("leased", 0, 0)
