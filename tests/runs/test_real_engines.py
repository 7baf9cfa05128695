"""A model of this machine and a server, through a whole run."""

import json
import threading
from datetime import timedelta
from decimal import Decimal

import psutil
import pytest
from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Now

from advisor.catalog.endpoint_keys import save_endpoint
from advisor.catalog.models import Endpoint
from advisor.runs import selectors, services
from advisor.runs.models import Answer, Attempt, Candidate, Run, SpeedRecord, Trial
from advisor.runs.services.verifying import broken_invariants
from tests.engines.stub_server import (
    Stub,
    chat,
    event,
    listing,
    piece,
    reply,
    stream_head,
)
from tests.engines.tiny_models import make_model
from tests.runs.factory import make_project, make_setup
from tests.services import wait_until, words_of

pytestmark = pytest.mark.django_db
AN_HOUR = timedelta(hours=1)


def answering(request):
    """A server that says yes, whole or as a stream, and reports its tokens."""
    if not request.json.get("stream"):
        return [reply(chat("yes", usage=(9, 1)))]
    usage = {"prompt_tokens": 9, "completion_tokens": 1}
    last = json.dumps({"choices": [], "usage": usage})
    return [stream_head(), piece("yes"), event(last), event("[DONE]")]


def with_endpoint(stub: Stub, samples: int = 40, **setup) -> Run:
    project = make_project()
    endpoint = save_endpoint(
        team=project.team,
        name="stub",
        base_url=stub.url,
        model="m",
        key="sk-stub",
        input_per_1m=Decimal(100),
        output_per_1m=Decimal(1000),
        operator_allowed=True,
    )
    made = make_setup(
        project=project,
        samples=samples,
        candidates=[{"id": "a", "engine": "openai", "endpoint": endpoint.pk}],
        max_output_tokens=10,
        **setup,
    )
    return services.launch(setup=made, started_by=None)


def test_a_server_is_asked_timed_and_paid(settings):
    with Stub(answering) as stub:
        run = services.run_inline(with_endpoint(stub))
    assert run.state == Run.State.COMPLETED
    assert run.recommendation.recommended == "a"
    document = json.loads(run.recommendation.document)
    (told,) = document["candidates"]
    assert told["latency_ms"]["p95"]["n"] == 72
    # 9 tokens at 100 and 1 at 1,000 USD per million: 1,900 micro a request
    assert told["cost"]["per_1000_requests"]["value"] == pytest.approx(1.9)
    assert document["provenance"]["hosts_contacted"] == [stub.host_port]
    assert document["spend_usd"]["value"] == pytest.approx((40 + 75) * 0.0019)
    assert len(stub.requests) == 40 + 75
    assert broken_invariants(run) == []


def test_nothing_is_sent_to_an_endpoint_that_was_deleted(settings):
    with Stub(answering) as stub:
        settings.ALLOWED_PRIVATE_ENDPOINTS = [stub.host_port]
        run = services.run_inline(with_endpoint(stub, budget_usd=0.05))
        assert run.state == Run.State.BUDGET_STOPPED
        Endpoint.objects.all().delete()
        sent = len(stub.requests)
        run = services.raise_cap(run=run, cap_usd=5)
        run = services.run_inline(run)
    assert len(stub.requests) == sent
    assert run.state == Run.State.PAUSED
    assert run.pause_reason.startswith("a: Its endpoint was deleted")
    assert broken_invariants(run) == []


def test_a_run_stops_before_its_cap_and_goes_on_when_it_is_raised():
    with Stub(answering) as stub:
        run = with_endpoint(stub, budget_usd=0.05)
        services.run_inline(run)
        assert run.state == Run.State.BUDGET_STOPPED
        assert run.spent_micro + run.unknown_micro <= 50_000
        assert run.reserved_micro == 0
        assert broken_invariants(run) == []
        services.raise_cap(run=run, cap_usd=5)
        services.run_inline(run)
    assert run.state == Run.State.COMPLETED
    assert Answer.objects.filter(trial__run=run).count() == 40
    paid = Attempt.objects.aggregate(total=Sum("cost_micro"))["total"]
    assert paid == run.spent_micro
    assert broken_invariants(run) == []


def test_a_wrong_key_costs_two_calls_and_pauses():
    with Stub(lambda _: [reply({}, status="401 Unauthorized")]) as stub:
        run = services.run_inline(with_endpoint(stub))
        calls = len(stub.requests)
    assert calls <= 2
    assert run.state == Run.State.PAUSED
    assert run.spent_micro == run.unknown_micro == run.reserved_micro == 0


def test_a_server_that_fails_now_and_then_loses_nothing():
    def flaky(request):
        if request.number < 10:
            return [reply({}, status="500 Internal Server Error")]
        return answering(request)

    with Stub(listing(flaky)) as stub:
        run = services.run_inline(with_endpoint(stub))
    answers = Answer.objects.filter(trial__run=run)
    assert answers.filter(score=1.0).count() == 40
    assert broken_invariants(run) == []


@pytest.mark.models
def test_a_folder_with_a_model_is_asked_and_timed(tmp_path, settings):
    settings.SPEED_SECONDS = 5
    folder = make_model(tmp_path / "model")
    made = make_setup(
        samples=24,
        candidates=[
            {"id": "a", "engine": "transformers", "model": str(folder), "threads": 1}
        ],
        max_output_tokens=4,
        constraints={"min_quality": 0.0, "max_memory_gb": 8},
    )
    run = services.run_inline(services.launch(setup=made, started_by=None))
    assert run.state == Run.State.COMPLETED
    evidence = selectors.case_of(run).evidence[0]
    assert 0.05 < evidence.memory_gb.value < 4
    assert evidence.parameters > 100_000
    assert evidence.leaves_network is False
    assert evidence.capacity_rps.value > 0
    assert run.candidates.get().facts["weights_sha256"]
    single = SpeedRecord.Phase.SINGLE
    assert 0 < run.candidates.get().speed.filter(phase=single).count() <= 72
    assert broken_invariants(run) == []


def test_a_repeat_that_is_called_as_another_sample_keeps_its_own_answer():
    # The second try at "a0" is called "a0#1" as well, and answered after the other one.
    names = [f"a{number}" for number in range(6)]
    every = [*names, *(f"{name}#1" for name in names)]
    rows = [{"id": key, "input": key, "expected": key} for key in every]

    def plan(request):
        return [0.3 * (request.prompt in names), reply(chat(request.prompt))]

    with Stub(listing(plan)) as stub:
        run = with_endpoint(stub, samples=rows, repeats=2)
        one = run.candidates.get()
        one.spec |= {"timed": False, "concurrency": 24}
        one.save(update_fields=["spec"])
        run = services.run_inline(run)
    assert run.state == Run.State.COMPLETED
    assert Answer.objects.filter(trial__run=run, score=1.0).count() == 24


@pytest.mark.models
def test_a_model_that_is_left_to_stop_is_not_loaded_again(tmp_path):
    folder = make_model(tmp_path / "model")
    # One after the other and at length: a minute's work, of which a second is done.
    one = {"id": "a", "engine": "transformers", "model": str(folder), "threads": 1}
    made = make_setup(
        samples=64,
        candidates=[{**one, "options": {"slots": 1}}],
        max_output_tokens=400,
    )
    run = services.launch(setup=made, started_by=None)
    candidate = run.candidates.get()
    before, asked = hosts(), iter([False])
    done = services.drive(
        run_id=run.pk, candidate_id=candidate.pk, stopping=lambda: next(asked, True)
    )
    assert 0 < done.stored < 64
    assert done.more
    assert hosts() == before


def hosts() -> set[int]:
    """Return the processes that hold a model for this one."""
    mine = psutil.Process().children()
    return {one.pid for one in mine if "advisor.engines.host" in words_of(one)}


@pytest.mark.models
def test_a_folder_without_a_model_pauses_with_the_remedy(tmp_path):
    made = make_setup(
        candidates=[
            {"id": "a", "engine": "transformers", "model": str(tmp_path / "none")}
        ]
    )
    run = services.run_inline(services.launch(setup=made, started_by=None))
    assert run.state == Run.State.PAUSED
    assert run.candidates.get().state == Candidate.State.PAUSED
    assert run.pause_reason.startswith("a: ")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="another thread has no memory of these rows"
)
def test_cancelling_ends_a_call_that_is_under_way(settings):
    settings.HEARTBEAT_SECONDS = 0.1
    with Stub(lambda _: ["hold"]) as stub:
        run = with_endpoint(stub)
        work = threading.Thread(target=drive_and_disconnect, args=(run,))
        work.start()
        assert wait_until(lambda: stub.requests)
        services.cancel(run=run)
        work.join(timeout=60)
        assert not work.is_alive()
    for _ in range(2):
        Trial.objects.filter(state="leased").update(lease_until=Now() - AN_HOUR)
        services.reap()
        services.sweep_cancelled()
    services.finish(run.pk)
    run.refresh_from_db()
    assert run.state == Run.State.CANCELLED
    assert run.reserved_micro == 0
    assert run.unknown_micro > 0
    assert broken_invariants(run) == []


def drive_and_disconnect(run: Run) -> None:
    try:
        services.drive(run_id=run.pk, candidate_id=run.candidates.get().pk)
    finally:
        services.close_engines()
        connection.close()


def test_a_server_gets_its_peak_as_an_open_loop(settings):
    settings.SPEED_SECONDS = 1
    limits = {"min_quality": 0.5, "peak_requests_per_second": 150.0}
    with Stub(answering) as stub:
        run = services.run_inline(with_endpoint(stub, constraints=limits))
    one = run.candidates.get()
    load = one.speed.filter(phase=SpeedRecord.Phase.LOAD)
    assert set(load.values_list("burst", flat=True)) <= set(range(80))
    assert load.filter(failure_code="").count() == load.count() >= 2
    assert len(stub.requests) == 40 + one.speed.count()
    assert run.spent_micro == len(stub.requests) * 1900
    assert broken_invariants(run) == []
