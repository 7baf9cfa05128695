"""A call that could pass the cap is never started, whatever happens in between."""

import pytest
from django.db import IntegrityError, connection, transaction

from advisor.accounts.services import micro
from advisor.engines.base import Answer as EngineAnswer
from advisor.engines.base import Failure
from advisor.runs import services
from advisor.runs.models import Attempt, Candidate, Run, Trial
from advisor.runs.services.answering import Desk
from advisor.runs.services.blocks import Block
from advisor.runs.services.claiming import Claim, claim_block
from advisor.runs.services.committing import commit
from advisor.runs.services.driving import begin
from advisor.runs.services.holding import held_engine
from advisor.runs.services.judging import Judge
from advisor.runs.services.money import (
    ledger,
    reserve,
    settle,
    worst_price_micro,
)
from advisor.runs.services.pricing import Price
from advisor.runs.services.states import move_candidate
from advisor.scoring.registry import scorer
from tests.runs.factory import make_setup

pytestmark = pytest.mark.django_db
PRICE = {"input_per_1m": 10.0, "output_per_1m": 20.0}


def launched(cap_usd: float | None, samples: int = 40) -> Candidate:
    setup = make_setup(samples=samples, candidates=[{"id": "a", "price": PRICE}])
    run = services.launch(setup=setup, started_by=None, cap_usd=cap_usd)
    begin(run.pk)
    one = run.candidates.get()
    move_candidate(one, to=Candidate.State.PREPARING)
    move_candidate(one, to=Candidate.State.READY)
    return Candidate.objects.select_related("run").get(pk=one.pk)


def claims_of(candidate: Candidate) -> list[Claim]:
    return list(claim_block(candidate).claims)


def books(run: Run) -> dict[str, int]:
    run.refresh_from_db()
    return {
        "spent": run.spent_micro,
        "reserved": run.reserved_micro,
        "unknown": run.unknown_micro,
        "overshoot": run.overshoot_micro,
    }


def test_the_worst_price_adds_a_tenth_to_the_prompt():
    # 100 tokens x 1.1 x 10 USD/1M + 50 x 20 USD/1M = 2,100 micro
    worst = worst_price_micro(
        prompt_tokens=100, max_output_tokens=50, input_per_1m=10, output_per_1m=20
    )
    assert worst == 2100


@pytest.mark.parametrize(("usd", "expected"), [(0, 0), (0.1, 100_000), (1e-7, 1)])
def test_money_is_counted_in_millionths_rounded_up(usd, expected):
    assert micro(usd) == expected


def test_as_many_are_reserved_as_the_cap_allows_in_their_order():
    candidate = launched(cap_usd=0.000_25)
    claims = claims_of(candidate)
    paid = reserve(candidate.run_id, [(claim, 100) for claim in claims])
    assert paid == claims[:2]
    assert books(candidate.run)["reserved"] == 200
    assert reserve(candidate.run_id, [(claims[2], 100)]) == []


def test_the_database_refuses_to_pass_the_cap():
    candidate = launched(cap_usd=0.001)
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=candidate.run_id).update(spent_micro=1001)


def test_what_a_call_cost_replaces_its_reserve():
    candidate = launched(cap_usd=1)
    claim = claims_of(candidate)[0]
    reserve(candidate.run_id, [(claim, 500)])
    with transaction.atomic():
        settle(candidate.run_id, [(claim, 120, "", Attempt.State.SETTLED)])
    expected = {"spent": 120, "reserved": 0, "unknown": 0, "overshoot": 0}
    assert books(candidate.run) == ledger(candidate.run_id) == expected


def test_a_cost_above_the_reserve_is_kept_apart():
    candidate = launched(cap_usd=0.000_5)
    claim = claims_of(candidate)[0]
    reserve(candidate.run_id, [(claim, 500)])
    with transaction.atomic():
        settle(candidate.run_id, [(claim, 50_000, "", Attempt.State.SETTLED)])
    expected = {"spent": 500, "reserved": 0, "unknown": 0, "overshoot": 49_500}
    assert books(candidate.run) == ledger(candidate.run_id) == expected


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (None, "settled"),
        (("http_503", "transport"), "released"),
        (("http_504", "transport"), "unknown"),
        (("http_524", "transport"), "unknown"),
        (("not_connected", "transport"), "released"),
        (("connection_lost", "transport"), "unknown"),
        (("rate_limited", "transport"), "released"),
        (("http_401", "configuration"), "released"),
        (("half_stream", "transport"), "unknown"),
        (("timeout", "model"), "unknown"),
    ],
)
def test_what_may_have_been_billed_stays_counted(failure, state):
    candidate = launched(cap_usd=1)
    lease = claim_block(candidate)
    claim = lease.claims[0]
    reserve(candidate.run_id, [(claim, 500)])
    answer = EngineAnswer(
        prompt_id="s",
        output=None if failure else "yes",
        finish="error" if failure else "stop",
        prompt_tokens=5,
        completion_tokens=5,
        tokens_origin="reported",
        timing=None,
        failure=failure and Failure(code=failure[0], kind=failure[1], message="m"),
    )
    judge = Judge(scorer=scorer("exact_match"), price=Price.of({"price": PRICE}))
    sample = Trial.objects.get(pk=claim.trial_id).sample
    outcome = judge.outcome(claim, answer, sample.expected)
    commit(lease, [outcome], candidate=candidate, priced=True)
    attempt = Attempt.objects.get()
    assert attempt.state == state
    assert books(candidate.run) == ledger(candidate.run_id)


def test_raising_the_cap_lets_a_stopped_run_go_on():
    candidate = launched(cap_usd=0.000_1)
    run = candidate.run
    Run.objects.filter(pk=run.pk).update(state=Run.State.BUDGET_STOPPED)
    Trial.objects.update(state=Trial.State.SKIPPED)
    services.raise_cap(run=run, cap_usd=2)
    run.refresh_from_db()
    assert (run.state, run.cap_micro) == (Run.State.RUNNING, 2_000_000)
    assert set(run.trials.values_list("state", flat=True)) == {"pending"}


def test_a_call_that_was_refused_stops_no_run_that_can_pay_for_it_by_now():
    candidate = launched(cap_usd=0.01)
    run_id = candidate.run_id
    (under_way,) = claim_block(candidate, most=1).claims
    lease = claim_block(candidate, most=1)
    reserve(run_id, [(under_way, 10_000)])
    Candidate.objects.update(engine="openai")
    priced = Candidate.objects.select_related("run__team").get()
    ended = []

    def ends_meanwhile(execute, sql, *rest):
        if sql.startswith('UPDATE "runs_trial"') and not ended:
            ended.append(sql)
            settle(run_id, [(under_way, 100, "", Attempt.State.SETTLED)])
        return execute(sql, *rest)

    with held_engine(candidate) as (engine, _):
        desk = Desk.of(priced, engine)
        block = Block.of(desk, lease)
        with connection.execute_wrapper(ends_meanwhile):
            assert desk.paid(block, block.known()) == []
    assert ended
    assert desk.short_of_money
    assert Run.objects.get(pk=run_id).state == Run.State.RUNNING
