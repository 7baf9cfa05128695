"""Killed before any statement of claim, reserve, commit: no harm is left (F03)."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now

from advisor.runs import services
from advisor.runs.models import Answer, Candidate, Trial
from advisor.runs.services.claiming import claim_block
from advisor.runs.services.committing import commit
from advisor.runs.services.driving import begin
from advisor.runs.services.money import reserve
from advisor.runs.services.reaping import reap
from advisor.runs.services.states import move_candidate
from advisor.runs.services.verifying import broken_invariants
from tests.runs.factory import make_setup
from tests.runs.test_leases import outcomes

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="a child needs a connection of its own; test_on_postgresql runs this",
    ),
]
SAMPLES, WORST = 3, 7
MOST_STATEMENTS = 80


def die_before(number: int) -> Callable[..., Any]:
    """Kill this process before its statement of that number."""
    seen = [0]

    def wrapper(execute: Any, *given: Any) -> Any:
        seen[0] += 1
        if seen[0] == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*given)

    return wrapper


def worked(one: Candidate) -> None:
    lease = claim_block(one)
    assert lease is not None
    reserve(one.run_id, [(claim, WORST) for claim in lease.claims])
    commit(lease, outcomes(lease), candidate=one, priced=True)


def survives(one: Candidate, number: int) -> bool:
    """Do the work in a child that dies at a statement; False if it was killed."""
    child = os.fork()
    if not child:
        # The connection is the parent's; this one opens its own.
        connection.connection = None
        try:
            with connection.execute_wrapper(die_before(number)):
                worked(one)
            os._exit(0)
        except BaseException:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def launched() -> Candidate:
    setup = make_setup(samples=SAMPLES, candidates=[{"id": "a"}])
    run = services.launch(setup=setup, started_by=None, cap_usd=1)
    begin(run.pk)
    one = run.candidates.get()
    move_candidate(one, to=Candidate.State.PREPARING)
    move_candidate(one, to=Candidate.State.READY)
    return Candidate.objects.select_related("run").get(pk=one.pk)


def test_a_worker_may_die_at_every_statement():
    for number in range(1, MOST_STATEMENTS):
        one = launched()
        alive = survives(one, number)
        run = one.run
        run.refresh_from_db()
        assert Answer.objects.filter(trial__run=run).count() in (0, SAMPLES)
        assert run.spent_micro + run.reserved_micro + run.unknown_micro <= 3 * WORST
        Trial.objects.filter(run=run, state="leased").update(lease_until=Now())
        reap()
        Trial.objects.filter(run=run).update(not_before=None)
        run = services.run_inline(run)
        assert run.state == "completed"
        assert Answer.objects.filter(trial__run=run).count() == SAMPLES
        assert broken_invariants(run) == []
        if alive:
            break
    assert alive
    assert number > 10
