"""A database that drops its connections costs no answer."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import psycopg
import pytest
from django.conf import settings as live
from django.db import connection

from advisor.runs import services
from advisor.runs.models import Answer, Candidate
from advisor.runs.services.claiming import claim_block
from advisor.runs.services.committing import commit_patiently
from advisor.runs.services.keeping import Keeper
from advisor.runs.services.money import reserve
from advisor.runs.services.states import move_candidate
from advisor.runs.services.verifying import broken_invariants
from tests.runs.factory import make_setup
from tests.runs.test_leases import outcomes
from tests.services import wait_until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor == "sqlite", reason="a file has no connections to drop"
    ),
]


def drop_connections() -> None:
    """End every session of this database but the one that does it."""
    given = live.DATABASES["default"]
    with psycopg.connect(
        host=given["HOST"],
        port=given["PORT"],
        user=given["USER"],
        dbname=connection.settings_dict["NAME"],
    ) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def candidate() -> Candidate:
    setup = make_setup(samples=40, candidates=[{"id": "a"}])
    run = services.launch(setup=setup, started_by=None)
    services.begin(run.pk)
    one = run.candidates.get()
    move_candidate(one, to=Candidate.State.PREPARING)
    move_candidate(one, to=Candidate.State.READY)
    return Candidate.objects.select_related("run").get(pk=one.pk)


def test_an_answered_block_is_stored_over_a_new_connection(candidate):
    lease = claim_block(candidate)
    answered = outcomes(lease)
    drop_connections()
    done = commit_patiently(lease, answered, candidate=candidate, priced=False)
    assert done.stored == 32
    assert Answer.objects.count() == 32
    assert broken_invariants(candidate.run) == []


def test_a_heartbeat_outlives_its_connection(candidate, settings):
    settings.HEARTBEAT_SECONDS = 0.05
    lease = claim_block(candidate, lease_s=60)

    def extended() -> bool:
        def until():
            return candidate.trials.filter(lease_token=lease.token).first().lease_until

        first = until()
        return wait_until(lambda: until() != first)

    with Keeper() as keeper:
        keeper.take(lease.token, lease.claims)
        assert extended()
        drop_connections()
        connection.close()
        assert extended()
        assert not keeper.lost.is_set()


def locked_by_another(statements: list[str], *, ours: Event, theirs: Event) -> None:
    """Take a lock, then another one when told, and keep both for a moment."""
    given = live.DATABASES["default"]
    with psycopg.connect(
        host=given["HOST"],
        port=given["PORT"],
        user=given["USER"],
        dbname=connection.settings_dict["NAME"],
    ) as other:
        try:
            for number, statement in enumerate(statements):
                other.execute(statement)
                theirs.set()
                if number + 1 < len(statements):
                    ours.wait(10)
            time.sleep(0.3)
        except psycopg.errors.DeadlockDetected:
            theirs.set()


def test_a_lock_that_is_not_given_in_time_is_asked_for_again(candidate):
    lease = claim_block(candidate)
    answered, ours, theirs = outcomes(lease), Event(), Event()
    held = f"SELECT id FROM runs_trial WHERE lease_token = '{lease.token}' FOR UPDATE"
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(locked_by_another, [held], ours=ours, theirs=theirs)
        assert theirs.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        done = commit_patiently(lease, answered, candidate=candidate, priced=False)
        other.result()
    assert (done.stored, Answer.objects.count()) == (32, 32)
    assert broken_invariants(candidate.run) == []


def test_a_deadlock_costs_no_answer(candidate):
    lease = claim_block(candidate)
    reserve(candidate.run_id, [(claim, 5) for claim in lease.claims])
    answered, ours, theirs = outcomes(lease), Event(), Event()
    books = f"SELECT id FROM runs_run WHERE id = {candidate.run_id} FOR UPDATE"
    trials = f"SELECT id FROM runs_trial WHERE lease_token = '{lease.token}' FOR UPDATE"

    def told(execute: Any, sql: str, *given: Any) -> Any:
        result = execute(sql, *given)
        if "FOR UPDATE" in sql:
            ours.set()
        return result

    with ThreadPoolExecutor(1) as pool:
        crossed = [books, trials]
        other = pool.submit(locked_by_another, crossed, ours=ours, theirs=theirs)
        assert theirs.wait(10)
        with connection.execute_wrapper(told):
            done = commit_patiently(lease, answered, candidate=candidate, priced=True)
        other.result()
    assert done.stored == 32
    assert broken_invariants(candidate.run) == []
