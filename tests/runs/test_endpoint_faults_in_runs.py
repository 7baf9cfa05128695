"""A run outlives the faults of its endpoint: nothing is lost, little is wasted.

Scaled down to fractions of a second; the stub fails by count or by a fixed seed.

* F20 rate limits, with every form of Retry-After: `test_f20_...`
* F21 500, 502, 503 and 504 at 30 % of the calls: `test_f21_...`
* F22 401, 403, 404, 400 at every call: `test_f22_...`
* F23 time-outs at 20 % of the calls: `test_f23_...`
* F31 an endpoint that goes up and down: `test_f31_...`
* F32 an endpoint that goes away and comes back: `test_f32_...`

F24 to F30, faults of one answer, are in `tests/engines/test_endpoint_faults.py`.
"""

import re
import threading
import time
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.utils import timezone

from advisor.engines.base import Failure
from advisor.engines.pacing import Stop
from advisor.runs import services
from advisor.runs.models import (
    Answer,
    Attempt,
    Candidate,
    EndpointStanding,
    EndpointWait,
    Run,
    RunEvent,
    Trial,
)
from advisor.runs.services.claiming import claim_block
from advisor.runs.services.endpoint_health import ask_now, hold, next_probe_s
from advisor.runs.services.releasing import release
from advisor.runs.services.verifying import broken_invariants
from tests.engines.stub_server import Stub, chat, listing, reply
from tests.runs.factory import make_team
from tests.runs.test_real_engines import answering, drive_and_disconnect, with_endpoint
from tests.services import free_port, wait_until

pytestmark = pytest.mark.django_db
YES = reply(chat("yes", usage=(9, 1)))
QUICK = {
    "retries": {"errors": 1, "first_s": 0.01, "longest_retry_after_s": 0.3},
    "pace": {"rest_s": 0.02, "in_hand_s": 0.5},
}
# Only where calls are never answered: a busy machine may stand still for as long.
HASTY = {**QUICK, "total_s": 0.8}
SOON_DOWN = {
    "retries": {"errors": 2, "first_s": 0.01},
    "pace": {"faults": 1, "trials": 1, "rest_s": 0.01},
}


@pytest.fixture(autouse=True)
def quick_probes(settings) -> None:
    settings.ENDPOINT_FIRST_PROBE_SECONDS = 0.05


def untimed(stub: Stub, samples: int = 40, options=QUICK, **setup) -> Run:
    """A run that asks the stub four at a time and is over when all have answered."""
    run = with_endpoint(stub, samples=samples, **setup)
    one = run.candidates.get()
    one.spec |= {"timed": False, "concurrency": 4, "options": options}
    one.save(update_fields=["spec"])
    return run


def calls(stub: Stub) -> int:
    return sum(not request.is_probe for request in stub.requests)


def assert_whole(run: Run, samples: int) -> None:
    assert Answer.objects.filter(trial__run=run, score=1.0).count() == samples
    assert run.state == Run.State.COMPLETED
    assert broken_invariants(run) == []


@pytest.mark.parametrize(
    "asked", ["0", None, "Mon, 04 May 2020 12:00:30 GMT", "1000000000", "-1", "soon"]
)
def test_f20_a_storm_of_rate_limits_is_waited_out(asked):
    header = {} if asked is None else {"Retry_After": asked}
    slow = reply({}, "429 Too Many Requests", **header)
    storm = 1.0
    began: list[float] = []

    def plan(request):
        began.append(time.monotonic())
        return [slow if began[-1] < began[0] + storm else YES]

    with Stub(listing(plan)) as stub:
        run = services.run_inline(untimed(stub))
    assert_whole(run, 40)
    codes = set(Attempt.objects.values_list("error_code", flat=True))
    # A busy machine may lose a connection between two requests; that is waited out too.
    assert codes <= {"", "rate_limited", "handed_over", "connection_lost"}
    late = [at - began[0] for at in began if at < began[0] + storm]
    # Four at once and without a pause there would be several hundred.
    assert len(late) <= 60


def test_f20_a_short_wait_is_told_while_it_lasts_and_once():
    slow = reply({}, "429 Too Many Requests", Retry_After="2")
    known = threading.Event()
    plan = lambda _: [YES if known.is_set() else slow]  # noqa: E731

    def look() -> bool:
        """As a worker does while it waits: never stop, but see what was told."""
        if RunEvent.objects.filter(kind="slowed").exists():
            known.set()
        return False

    with Stub(listing(plan)) as stub:
        run = untimed(stub)
        one = run.candidates.get()
        patient = {**QUICK["retries"], "longest_retry_after_s": 1.5}
        one.spec["options"] = {**QUICK, "retries": patient, "pace": {"in_hand_s": 600}}
        one.save(update_fields=["spec"])
        services.run_inline(run, stopping=look)
    assert_whole(run, 40)
    told = RunEvent.objects.get(run=run, kind="slowed")
    assert told.at < Answer.objects.earliest("created_at").created_at
    turned_away = told.data["turned_away"]
    assert turned_away >= 1
    calls = "1 call" if turned_away == 1 else f"{turned_away} calls"
    assert re.fullmatch(
        rf"{one.key} is slowed: the next call is sent at \d\d:\d\d:\d\d, {calls} will"
        r" be sent again\. The endpoint asks to slow down\. \(HTTP 429: .*\)",
        told.text,
    )


def test_f20_a_long_wait_is_the_runs_and_not_a_workers():
    slow = reply({}, "429 Too Many Requests", Retry_After="90")
    plan = lambda r: [slow if r.number < 2 else YES]  # noqa: E731
    with Stub(listing(plan)) as stub:
        run = untimed(stub)
        one = run.candidates.get()
        one.spec["options"] = {"retries": {"errors": 1}}
        one.save(update_fields=["spec"])
        services.drive(run_id=run.pk, candidate_id=one.pk)
        one.refresh_from_db()
        assert one.state == Candidate.State.PAUSED
        assert "asks to slow down" in one.reason
        assert "The run goes on by itself at" in one.reason
        wait = EndpointWait.objects.get()
        assert timedelta(seconds=80) < wait.until - wait.since < timedelta(seconds=100)
        assert services.due_probes() == []
        EndpointStanding.objects.update(probe_at=timezone.now())
        Trial.objects.update(not_before=None)
        services.run_inline(run)
    assert_whole(run, 40)


def test_f21_passing_faults_at_a_third_of_the_calls_lose_nothing():
    tries: Counter[str] = Counter()
    faults = [f"{status} X" for status in (500, 502, 503, 504)]

    def plan(request):
        tries[request.prompt] += 1
        chance = Random(f"{request.prompt}:{tries[request.prompt]}")
        ill = chance.random() < 0.3
        return [reply({}, chance.choice(faults)) if ill else YES]

    with Stub(listing(plan)) as stub:
        run = services.run_inline(untimed(stub, samples=100))
    assert_whole(run, 100)
    assert calls(stub) <= 160


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        ("401 X", "Enter a valid key"),
        ("403 X", "Check its rights"),
        ("404 X", "Check base URL and model name"),
        ("400 X", "The endpoint refuses the request"),
    ],
)
def test_f22_a_wrong_setting_pauses_after_two_calls(status, remedy):
    with Stub(listing(lambda _: [reply({}, status)])) as stub:
        run = services.run_inline(untimed(stub))
    one = run.candidates.get()
    assert calls(stub) <= 2
    assert run.state == Run.State.PAUSED
    assert one.state == Candidate.State.PAUSED
    assert remedy in one.reason
    assert not EndpointWait.objects.exists()


def test_f23_calls_that_are_never_answered_leave_no_slot_behind():
    held = set()

    def plan(request):
        number = int(request.prompt.rpartition("s")[2])
        if number % 5 == 0 and number not in held:
            held.add(number)
            return ["hold"]
        return [YES]

    with Stub(listing(plan)) as stub:
        run = services.run_inline(untimed(stub, options=HASTY))
        # The stub itself does not notice who left it while it holds.
        assert stub.most_at_once <= 4 + len(held)
    assert len(held) == 8
    assert_whole(run, 40)
    assert not Trial.objects.filter(lease_token__isnull=False).exists()


def test_f23_what_is_never_answered_is_a_failure_after_five_tries():
    def plan(request):
        return ["hold"] if request.prompt.endswith("s0003") else [YES]

    with Stub(listing(plan)) as stub:
        run = services.run_inline(untimed(stub, options=HASTY))
    failed = Answer.objects.get(trial__run=run, failure_code="timeout")
    # The model did not answer, so it counts as wrong, not as a gap.
    assert (failed.score, failed.attempt_no) == (0.0, 5)
    assert Answer.objects.filter(trial__run=run, score=1.0).count() == 39


def test_f31_an_endpoint_that_goes_up_and_down_wastes_little():
    good = 0
    is_down = False
    down = reply({}, "503 Service Unavailable")

    def plan(request):
        nonlocal good, is_down
        if is_down:
            # It comes back after somebody asked in vain.
            is_down = not request.is_probe
            return [down]
        if request.is_probe:
            return [reply({"data": []})]
        good += 1
        is_down = good % 200 == 0
        return [YES]

    with Stub(plan) as stub:
        run = services.run_inline(untimed(stub, samples=500))
    assert_whole(run, 500)
    assert calls(stub) - 500 <= 0.05 * 500
    texts = RunEvent.objects.filter(run=run).values_list("text", flat=True)
    assert sum("waits. The endpoint is down." in text for text in texts) >= 2
    assert sum("its endpoint may be called again" in text for text in texts) >= 2


def test_f32_an_endpoint_that_goes_away_is_waited_for(settings):
    settings.ENDPOINT_PAUSE_SECONDS = 0.2
    port = free_port()
    with Stub(listing(lambda _: [YES]), port=port) as stub:
        run = untimed(stub)
    services.run_inline(run)
    one = run.candidates.get()
    # Nobody listens: the page says so, and nothing was counted against a sample.
    assert run.state == Run.State.PAUSED
    assert run.pause_reason.startswith("a: The endpoint is down.")
    assert "cannot be reached" in one.reason
    assert not Trial.objects.filter(errors__gt=0).exists()
    assert services.due_probes() or EndpointStanding.objects.get().probe_at
    with Stub(listing(lambda _: [YES]), port=port) as stub:
        assert wait_until(services.due_probes)
        assert services.probe(services.due_probes()[0])
        run.refresh_from_db()
        assert (run.state, run.pause_reason) == (Run.State.RUNNING, "")
        services.run_inline(run)
    assert_whole(run, 40)
    assert EndpointStanding.objects.get().down_since is None


@pytest.mark.parametrize("status", ["429 Too Many Requests", "501 Not Implemented"])
def test_f32_a_server_that_lists_no_models_is_back_all_the_same(status):
    plan = lambda r: [reply({}, status) if r.is_probe else YES]  # noqa: E731
    with Stub(plan) as stub:
        run = untimed(stub)
        services.begin(run.pk)
        gone = Failure(code="not_connected", kind="transport", message="Nobody.")
        hold(run.candidates.get(), Stop("down", gone))
        assert wait_until(services.due_probes)
        assert services.probe(services.due_probes()[0])
        run.refresh_from_db()
        services.run_inline(run)
    assert_whole(run, 40)


def drive_in_vain(run: Run) -> Trial:
    """Let a worker find out that nobody listens; return a trial that it asked."""
    one = run.candidates.get()
    ask_now(run)
    Candidate.objects.filter(pk=one.pk).update(state=Candidate.State.WAITING)
    Trial.objects.update(not_before=None)
    services.drive(run_id=run.pk, candidate_id=one.pk)
    return Trial.objects.filter(last_error_code="not_connected").latest("claims")


def test_f32_what_was_handed_back_leaves_the_faults_of_a_dead_endpoint_forgiven():
    with Stub(listing(lambda _: [YES]), port=free_port()) as stub:
        run = untimed(stub, samples=2, options=SOON_DOWN)
    services.begin(run.pk)
    one = run.candidates.get()
    for _ in range(20):
        lease = claim_block(one)
        ids = [claim.trial_id for claim in lease.claims]
        release(lease, ids, sent=False)
    asked = drive_in_vain(run)
    assert (asked.claims, asked.errors) == (21, 0)


def test_f32_a_sample_that_its_server_cannot_stand_comes_to_an_end():
    with Stub(listing(lambda _: [YES]), port=free_port()) as stub:
        run = untimed(stub, samples=1, options=SOON_DOWN)
    services.begin(run.pk)
    counted = []
    while not Answer.objects.exists():
        assert len(counted) < 20
        counted.append(drive_in_vain(run).errors)
    # Ten faults are forgiven, and then each uses up one of the five tries.
    assert counted == [*[0] * 10, 1, 2, 3, 4, 4]
    assert Answer.objects.get().failure_code == "not_connected"


def test_f32_while_one_waits_the_others_go_on():
    with Stub(listing(lambda _: [YES]), port=free_port()) as stub:
        run = untimed(stub)
    other = Candidate.objects.create(
        run=run, key="b", position=1, engine="fake", queue="default", spec={}
    )
    for trial in list(run.trials.all()):
        trial.pk, trial.candidate = None, other
        trial.save()
    for _ in range(20):
        services.drive(run_id=run.pk, candidate_id=run.candidates.first().pk)
        services.drive(run_id=run.pk, candidate_id=other.pk)
        services.finish(run.pk)
    run.refresh_from_db()
    other.refresh_from_db()
    assert run.state == Run.State.RUNNING
    assert other.state == Candidate.State.DONE
    assert run.candidates.first().state == Candidate.State.PAUSED


def test_f32_a_run_that_its_owner_paused_stays_paused():
    port = free_port()
    with Stub(listing(lambda _: [YES]), port=port) as stub:
        run = untimed(stub)
    services.drive(run_id=run.pk, candidate_id=run.candidates.get().pk)
    run.refresh_from_db()
    services.pause(run=run)
    with Stub(listing(lambda _: [YES]), port=port):
        assert wait_until(services.due_probes)
        assert services.probe(services.due_probes()[0])
    run.refresh_from_db()
    assert run.state == Run.State.PAUSED
    assert run.candidates.get().state == Candidate.State.WAITING


def test_f32_a_second_candidate_of_a_dead_endpoint_costs_no_call():
    with Stub(listing(lambda _: [reply({}, "503 X")])) as stub:
        first = untimed(stub)
        services.drive(run_id=first.pk, candidate_id=first.candidates.get().pk)
        made = calls(stub)
        one = first.candidates.get()
        Candidate.objects.filter(pk=one.pk).update(state=Candidate.State.WAITING)
        EndpointStanding.objects.update(probe_at=timezone.now() + timedelta(hours=1))
        services.drive(run_id=first.pk, candidate_id=one.pk)
        assert calls(stub) == made
        one.refresh_from_db()
        assert one.state == Candidate.State.PAUSED
        first.refresh_from_db()
        # Who resumes by hand wants it tried now.
        services.pause(run=first)
        services.resume(run=first)
        services.drive(run_id=first.pk, candidate_id=one.pk)
        assert calls(stub) == made + 1


def test_f32_after_a_day_the_owner_is_asked(settings):
    settings.ENDPOINT_GIVE_UP_SECONDS = 0
    with Stub(listing(lambda _: [YES]), port=free_port()) as stub:
        run = untimed(stub)
    run = services.run_inline(run)
    assert run.state == Run.State.PAUSED
    assert "is asked no more. Check it, then resume the run." in run.pause_reason
    assert services.due_probes() == []


def test_an_outage_is_asked_about_when_it_has_become_a_quarter_longer(settings):
    settings.ENDPOINT_FIRST_PROBE_SECONDS = 2
    standing = EndpointStanding.objects.create(team=make_team(), digest="d", host="h")
    assert next_probe_s(standing) == 2
    for down, wait in ((4, 2), (60, 15), (600, 150), (7200, 300)):
        ago = timezone.now() - timedelta(seconds=down)
        EndpointStanding.objects.update(down_since=ago)
        assert next_probe_s(standing) == pytest.approx(wait, rel=0.02)


def test_each_attempt_has_a_key_of_its_own():
    failed = []

    def plan(request):
        failed.append(request)
        return [reply({}, "500 X") if len(failed) == 1 else YES]

    with Stub(listing(plan)) as stub:
        run = services.run_inline(untimed(stub))
    keys = [request.headers["idempotency-key"] for request in stub.requests]
    assert len(set(keys)) == len(keys) == 41
    assert_whole(run, 40)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="another thread has no memory of these rows"
)
def test_cancelling_ends_a_timed_call_that_is_under_way(settings):
    settings.HEARTBEAT_SECONDS = 0.2
    cancelled = threading.Event()

    def plan(request):
        return ["hold"] if request.json.get("stream") else answering(request)

    with Stub(listing(plan)) as stub:
        run = with_endpoint(stub)

        def work() -> None:
            while not cancelled.is_set():
                drive_and_disconnect(run)

        working = threading.Thread(target=work)
        working.start()
        try:
            assert wait_until(lambda: any(r.json.get("stream") for r in stub.requests))
            services.cancel(run=run)
        finally:
            cancelled.set()
            working.join(timeout=60)
        assert not working.is_alive()
