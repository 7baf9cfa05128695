"""A run is ended once, by what its rows say at that moment."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from advisor.runs import services
from advisor.runs.models import Candidate, Run
from advisor.runs.services.cap_stop import stop_at_cap
from advisor.runs.services.finishing import finish
from advisor.runs.services.states import move_run
from advisor.runs.services.verifying import broken_invariants
from tests.runs.factory import make_setup

pytestmark = pytest.mark.django_db


class Meanwhile:
    """Does something once, just before this connection ends a run."""

    def __init__(self, what: Callable[[], object]) -> None:
        self._what: Callable[[], object] | None = what

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        looks = '"generation" =' in sql or "runs_storedrecommendation" in sql
        if self._what is not None and (looks or sql.startswith('UPDATE "runs_run"')):
            what, self._what = self._what, None
            what()
        return execute(sql, *rest)


def answer_all(run: Run) -> None:
    """Work a run off up to its last step."""
    while run.trials.filter(state__in=("pending", "leased")).exists():
        services.drive(run_id=run.pk, candidate_id=run.candidates.get().pk)
    move_run(run.pk, to=Run.State.FINALIZING, text="All answers are in.")


def end_retry_and_end(run: Run) -> None:
    """End a run, try again what failed with a model that answers, and end it anew."""
    finish(run.pk)
    one = run.candidates.get()
    spec = {key: value for key, value in one.spec.items() if key != "options"}
    Candidate.objects.filter(pk=one.pk).update(spec=spec)
    services.retry_failed(run=Run.objects.get(pk=run.pk))
    services.run_inline(run)


def test_a_finisher_that_comes_after_a_retry_stores_nothing():
    lost = {"code": "reset", "kind": "transport", "message": "gone"}
    failing = {"id": "a", "options": {"failures": {"s0001": lost}}}
    run = services.launch(setup=make_setup(candidates=[failing]), started_by=None)
    answer_all(run)
    with connection.execute_wrapper(Meanwhile(lambda: end_retry_and_end(run))):
        ended = finish(run.pk)
    run = Run.objects.get(pk=run.pk)
    assert not ended
    assert (run.state, run.generation) == (Run.State.COMPLETED, 2)
    assert services.recomputed(run).decode() == run.recommendation.document
    assert broken_invariants(run) == []


def test_what_was_paid_while_a_stopped_run_was_looked_at_is_told():
    setup = make_setup(candidates=[{"id": "a"}])
    run = services.launch(setup=setup, started_by=None)
    asked = iter([False] * 5)
    services.drive(
        run_id=run.pk,
        candidate_id=run.candidates.get().pk,
        stopping=lambda: next(asked, True),
    )
    stop_at_cap(run.pk, 1)
    paid: list[str] = []

    def last_call_ends(execute: Any, sql: str, *rest: Any) -> Any:
        if 'FROM "runs_trial"' in sql and not paid:
            paid.append(sql)
            Run.objects.filter(pk=run.pk).update(spent_micro=500)
        return execute(sql, *rest)

    with connection.execute_wrapper(last_call_ends):
        assert finish(run.pk)
    run = Run.objects.get(pk=run.pk)
    assert services.recomputed(run).decode() == run.recommendation.document
