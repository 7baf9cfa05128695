"""A database that drops, refuses or swallows connections costs no answer (F12, F15)."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event
from typing import Any

import psycopg
import pytest
from django.conf import settings as live
from django.db import connection

from advisor.runs import services
from advisor.runs.models import Answer, Candidate
from advisor.runs.services.claiming import claim_block
from advisor.runs.services.committing import commit, commit_patiently
from advisor.runs.services.keeping import Keeper
from advisor.runs.services.money import reserve
from advisor.runs.services.reaping import reap
from advisor.runs.services.states import move_candidate
from advisor.runs.services.verifying import broken_invariants
from tests.runs.factory import make_setup
from tests.runs.test_leases import expire, outcomes
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
                    ours.wait(60)
            time.sleep(0.3)
        except psycopg.errors.DeadlockDetected:
            theirs.set()


def test_a_lock_that_is_not_given_in_time_is_asked_for_again(candidate):
    lease = claim_block(candidate)
    answered, ours, theirs = outcomes(lease), Event(), Event()
    held = f"SELECT id FROM runs_trial WHERE lease_token = '{lease.token}' FOR UPDATE"
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(locked_by_another, [held], ours=ours, theirs=theirs)
        assert theirs.wait(60)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        done = commit_patiently(lease, answered, candidate=candidate, priced=False)
        other.result()
    # Nothing else is to give up so soon.
    connection.close()
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
        assert theirs.wait(60)
        with connection.execute_wrapper(told):
            done = commit_patiently(lease, answered, candidate=candidate, priced=True)
        other.result()
    assert done.stored == 32
    assert broken_invariants(candidate.run) == []


def another_session() -> psycopg.Connection[Any]:
    given = connection.settings_dict
    return psycopg.connect(
        host=given["HOST"],
        port=given["PORT"],
        user=given["USER"],
        dbname=given["NAME"],
    )


@contextmanager
def no_connection_left() -> Iterator[None]:
    """Hold every session that the server has to give.

    One that was closed just now may still be there for a moment, and then free a place.
    """
    held = [another_session()]

    def all_are_held() -> bool:
        with suppress(psycopg.OperationalError):
            while True:
                held.append(another_session())
        clients = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = %s"
        row = held[0].execute(clients, ["client backend"]).fetchone()
        return row == (len(held),)

    try:
        assert wait_until(all_are_held)
        yield
    finally:
        for one in held:
            one.close()


def test_a_server_without_a_free_connection_costs_no_answer(candidate, client):
    """F12: a page says 503 meanwhile, and what was answered is stored once one is."""
    lease = claim_block(candidate)
    answered = outcomes(lease)
    connection.close()
    client.raise_request_exception = False
    with ThreadPoolExecutor(1) as pool:
        with no_connection_left():
            page = client.get("/sign-in/once/unknown/")

            def store():
                try:
                    return commit_patiently(
                        lease, answered, candidate=candidate, priced=False
                    )
                finally:
                    connection.close()

            storing = pool.submit(store)
            time.sleep(0.3)
            assert not storing.done()
        done = storing.result(timeout=60)
    assert (page.status_code, bool(page["Retry-After"])) == (503, True)
    assert (done.stored, Answer.objects.count()) == (32, 32)
    assert broken_invariants(candidate.run) == []


class BlackHole:
    """Stands between a worker and the database until it swallows every byte."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host or "127.0.0.1", int(port))
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.swallows = threading.Event()
        self._ends: list[socket.socket] = [self._server]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(self._to)
                self._ends += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not self.swallows.is_set():
                    target.sendall(data)

    def end(self) -> None:
        for one in self._ends:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def new_connections_through(hole: BlackHole) -> Iterator[None]:
    given = connection.settings_dict
    before = given["HOST"], given["PORT"]
    given["HOST"], given["PORT"] = "127.0.0.1", hole.port
    try:
        yield
    finally:
        given["HOST"], given["PORT"] = before


def test_a_worker_that_is_cut_off_drops_its_work_and_another_does_it(
    candidate, settings
):
    """F15: no refusal comes, so the worker itself sees that its lease may be over."""
    settings.LEASE_SECONDS, settings.HEARTBEAT_SECONDS = 60, 0.1
    given = connection.settings_dict
    hole = BlackHole(given["HOST"], given["PORT"])
    lease = claim_block(candidate)
    answered = outcomes(lease)

    def until():
        return candidate.trials.filter(lease_token=lease.token).first().lease_until

    with new_connections_through(hole), Keeper() as keeper:
        first = until()
        keeper.take(lease.token, lease.claims)
        assert wait_until(lambda: until() != first)
        assert keeper.tick()
        hole.swallows.set()
        settings.LEASE_SECONDS = 1.5
        assert wait_until(lambda: not keeper.tick())
        hole.end()
    expire(lease)
    assert reap() == 32
    again = claim_block(candidate)
    late = commit(lease, answered, candidate=candidate, priced=False)
    done = commit(again, outcomes(again), candidate=candidate, priced=False)
    assert (late.stored, late.late, done.stored) == (0, 32, 32)
    assert broken_invariants(candidate.run) == []
