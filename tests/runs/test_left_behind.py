"""What somebody leaves behind who died or was stopped is taken up by others."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from redis import Redis

from advisor.accounts.models import TeamMonth
from advisor.engines.base import Failure, Prompt
from advisor.engines.pacing import Stop
from advisor.runs import services
from advisor.runs.dispatcher import Dispatcher
from advisor.runs.models import (
    Attempt,
    Candidate,
    EndpointStanding,
    EndpointWait,
    Run,
    StoredRecommendation,
)
from advisor.runs.services.cap_stop import stop_at_cap
from advisor.runs.services.claiming import claim_block, claim_unit
from advisor.runs.services.endpoint_health import hold
from advisor.runs.services.reaping import reap
from advisor.runs.services.speed_money import Purse
from advisor.runs.services.states import note
from advisor.runs.services.verifying import broken_invariants
from advisor.web.embedded import answers
from tests.engines.stub_server import Stub, chat, listing, reply
from tests.runs.factory import make_setup
from tests.runs.test_endpoint_faults_in_runs import untimed
from tests.runs.test_leases import expire
from tests.runs.test_speed import timed
from tests.services import (
    ROOT,
    clean_environment,
    migrate,
    private_redis,
    wait_until,
)

pytestmark = pytest.mark.django_db
on_a_server = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="a file has one lock and no others"
)
GONE = Failure(code="not_connected", kind="transport", message="Nobody listens.")


def test_a_timed_call_of_a_dead_worker_holds_no_money_for_ever():
    run, _ = timed(entry={"price": {"input_per_1m": 10, "output_per_1m": 10}})
    Candidate.objects.update(state=Candidate.State.SPEED, engine="openai")
    Run.objects.update(state=Run.State.RUNNING)
    one = Candidate.objects.select_related("run").get()
    sample = one.trials.first().sample
    prompt = Prompt(id="p", text="q", max_output_tokens=9)
    assert claim_unit(one)
    assert Purse.of(one).allow([(sample, prompt)])
    # Here its worker dies, and nobody measures it again.
    services.drop_candidate(candidate=one, reason="too dear")
    Candidate.objects.update(lease_until=Now() - timedelta(seconds=1))
    reap()
    assert Attempt.objects.get().state == Attempt.State.UNKNOWN
    for books in (Run.objects.get(), TeamMonth.objects.get()):
        assert (books.reserved_micro, books.unknown_micro) == (0, 805)


@pytest.mark.parametrize("how", ["stopped", "cancelled"])
def test_what_a_stopped_run_decided_is_kept_though_its_worker_died(how: str):
    setup = make_setup(samples=100, candidates=[{"id": "a"}, {"id": "b"}])
    run = services.launch(setup=setup, started_by=None)
    one, other = run.candidates.order_by("position")
    asked = iter([False] * 40)
    services.drive(
        run_id=run.pk, candidate_id=one.pk, stopping=lambda: next(asked, True)
    )
    lease = claim_block(other)
    assert lease is not None
    assert stop_at_cap(run.pk, 1) if how == "stopped" else services.cancel(run=run)
    assert not services.finish(run.pk)
    expire(lease)
    dispatcher = Dispatcher()
    for _ in range(3):
        dispatcher.look()
        if how == "cancelled":
            # As if the dispatcher had died between the two steps of an end.
            StoredRecommendation.objects.all().delete()
            how = "kept again"
    assert StoredRecommendation.objects.filter(run=run).exists()
    run.refresh_from_db()
    assert broken_invariants(run) == []


def test_a_run_that_went_on_and_was_stopped_keeps_no_decision_of_before():
    lost = {"code": "not_connected", "kind": "transport", "message": "x"}
    failures = {"options": {"failures": {"s0003": lost}}}
    made = make_setup(samples=40, candidates=[{"id": "a", **failures}, {"id": "b"}])
    run = services.run_inline(services.launch(setup=made, started_by=None))
    one = run.candidates.get(key="a")
    one.spec["options"] = {}
    one.save(update_fields=["spec"])
    services.retry_failed(run=run)
    asked = iter([False, True])
    services.drive(
        run_id=run.pk, candidate_id=one.pk, stopping=lambda: next(asked, True)
    )
    # Its worker dies right after it has stopped the run.
    assert stop_at_cap(run.pk, 1)
    assert broken_invariants(run) == []
    Dispatcher().look()
    run = Run.objects.get(pk=run.pk)
    assert run.state == Run.State.BUDGET_STOPPED
    assert broken_invariants(run) == []


def test_who_waits_for_an_endpoint_is_not_forgotten_when_another_run_is_resumed():
    with Stub(listing(lambda _: [reply(chat("yes", usage=(9, 1)))])) as stub:
        first = untimed(stub)
        second = services.launch(setup=first.setup, started_by=None)
        for run in (first, second):
            services.begin(run.pk)
            hold(run.candidates.get(), Stop("down", GONE))
        first.refresh_from_db()
        # Its owner resumes the first, and cancels it before it has sent a call.
        services.pause(run=first)
        services.resume(run=first)
        services.cancel(run=first)
        assert EndpointWait.objects.get().candidate.run == second
        (due,) = services.due_probes()
        assert services.probe(due)
    assert second.candidates.get().state == Candidate.State.WAITING


def test_an_outage_of_last_week_is_not_held_against_todays():
    with Stub(listing(lambda _: [reply(chat("yes", usage=(9, 1)))])) as stub:
        run = untimed(stub)
        services.begin(run.pk)
        hold(run.candidates.get(), Stop("down", GONE))
        services.cancel(run=run)
        EndpointStanding.objects.update(probe_at=Now() - timedelta(seconds=1))
        # It is back, but nobody goes on who would find out by a call.
        assert services.probe(services.due_probes()[0])
    week = timedelta(days=7)
    EndpointStanding.objects.update(down_since=F("down_since") - week)
    run = services.launch(setup=run.setup, started_by=None)
    services.begin(run.pk)
    hold(run.candidates.get(), Stop("down", GONE))
    standing = EndpointStanding.objects.get()
    assert standing.down_since > timezone.now() - timedelta(hours=1)


def test_an_endpoint_whose_key_stays_shut_is_waited_for_no_longer():
    with Stub(listing(lambda _: [reply(chat("yes", usage=(9, 1)))])) as stub:
        run = untimed(stub)
        services.begin(run.pk)
        one = run.candidates.get()
        hold(one, Stop("down", GONE))
        # A key is shut for an address that it was not entered for.
        one.spec["base_url"] = "http://127.0.0.1:1/v1"
        one.save(update_fields=["spec"])
        EndpointStanding.objects.update(probe_at=Now() - timedelta(seconds=1))
        assert services.probe(services.due_probes()[0])
        services.drive(run_id=run.pk, candidate_id=one.pk)
    one.refresh_from_db()
    assert one.state == Candidate.State.PAUSED
    assert "Enter it again" in one.reason
    assert not EndpointWait.objects.exists()


def test_a_candidate_whose_worker_beats_at_the_last_moment_is_left_to_it():
    setup = make_setup(samples=10, candidates=[{"id": "a"}])
    run = services.launch(setup=setup, started_by=None)
    services.begin(run.pk)
    one = run.candidates.get()
    token = claim_unit(one)
    Candidate.objects.update(lease_until=Now() - timedelta(seconds=1), crashes=4)
    beats = iter([Now() + timedelta(seconds=60)])

    def beat_first(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if sql.startswith('UPDATE "runs_candidate"'):
            for until in beats:
                Candidate.objects.update(lease_until=until)
        return execute(sql, *rest)

    with connection.execute_wrapper(beat_first):
        reap()
    one.refresh_from_db()
    assert (one.lease_token, one.crashes) == (token, 4)
    assert one.state == Candidate.State.WAITING


@on_a_server
@pytest.mark.django_db(transaction=True)
def test_a_candidate_is_left_out_while_its_race_is_judged():
    setup = make_setup(samples=10, candidates=[{"id": "a"}])
    run = services.launch(setup=setup, started_by=None)
    one = run.candidates.get()
    beside = Beside(services.drop_candidate, candidate=one, reason="too slow")
    with transaction.atomic():
        assert list(run.candidates.select_for_update(of=("self",)))
        beside.start()
        assert wait_until(somebody_waits)
        note(run.pk, kind="race", text="judged", candidate_id=one.pk)
    beside.join()
    assert beside.error is None
    one.refresh_from_db()
    assert one.state == Candidate.State.NOT_RUN


@on_a_server
@pytest.mark.django_db(transaction=True)
def test_a_long_launch_keeps_nobody_of_the_team_waiting():
    setup = make_setup(samples=10, candidates=[{"id": "a"}])
    team = setup.project.team
    beside = Beside(EndpointStanding.objects.create, team=team, digest="d", host="h")
    with transaction.atomic():
        services.launch(setup=setup, started_by=None)
        beside.start()
        beside.join()
    assert beside.error is None


def test_a_queue_that_answers_but_stores_nothing_is_none(settings: Any):
    settings.DISPATCHER_CHORES = [f"{__name__}.hear_of_the_queue"]
    with private_redis() as url:
        settings.REDIS_URL = url
        assert wait_until(the_queue_is_one)
        # As where the memory or the disk of the server is full.
        Redis.from_url(url).config_set("maxmemory", 1)
        assert wait_until(lambda: answers(url))
        assert not the_queue_is_one()


HEARD: list[bool] = []


def the_queue_is_one() -> bool:
    """Let a dispatcher look; return what it tells its chores of the queue."""
    Dispatcher().look()
    return HEARD[-1]


def hear_of_the_queue(queue_answers: bool) -> None:
    HEARD.append(queue_answers)


class Beside(Thread):
    """A call made by another thread, on a connection of its own."""

    def __init__(self, call: Callable[..., object], **words: object) -> None:
        super().__init__()
        self.call, self.words = call, words
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            with connection.cursor() as cursor:
                # A busy machine is no reason to give up.
                cursor.execute("SET lock_timeout = '60s'")
            self.call(**self.words)
        except Exception as error:
            self.error = error
        finally:
            connection.close()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


LOCKED_FOR_LONGER_THAN_A_LEASE = """
import sqlite3, sys, threading
from django.db import connection
from advisor.runs import services
from advisor.runs.models import Trial
from advisor.runs.services.claiming import beat, claim_block
from tests.runs.factory import make_setup

run = services.launch(
    setup=make_setup(samples=40, candidates=[{"id": "a"}]), started_by=None
)
services.begin(run.pk)
lease = claim_block(run.candidates.get(), lease_s=60.0)
other = sqlite3.connect(sys.argv[-1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
looked = threading.Event()

def look(execute, *rest):
    found = execute(*rest)
    looked.set()
    return found

def reap():
    with connection.execute_wrapper(look):
        services.reap()
    connection.close()

beside = threading.Thread(target=reap)
beside.start()
looked.wait(60)
# The lease runs out while nobody can beat.
past = "2020-01-01 00:00:00"
other.execute("UPDATE runs_trial SET lease_until = ? WHERE state = 'leased'", [past])
other.execute("COMMIT")
beside.join()
print(Trial.objects.filter(state="leased").count(), beat(lease.token))
"""


def test_a_locked_file_takes_no_work_from_those_who_wait_for_it(tmp_path: Path):
    file = tmp_path / "test.sqlite3"
    environment = clean_environment(tmp_path, DATABASE_URL=f"sqlite:///{file}")
    environment["DJANGO_SETTINGS_MODULE"] = "advisor.settings"
    migrate(environment)
    script = f"import django; django.setup()\n{LOCKED_FOR_LONGER_THAN_A_LEASE}"
    done = subprocess.run(
        [sys.executable, "-c", script, str(file)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "32 True"), done.stderr[-2000:]
