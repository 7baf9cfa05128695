"""No sequence of steps leaves the edges, and the log always replays."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.runs import services
from advisor.runs.models import Candidate, Run, Trial
from advisor.runs.services.errors import StepRefused
from advisor.runs.services.states import (
    CANDIDATE_EDGES,
    RUN_EDGES,
    TRIAL_EDGES,
    move_candidate,
    move_run,
)
from advisor.runs.services.verifying import broken_invariants
from tests.runs.factory import make_setup

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("edges", "states"),
    [
        (RUN_EDGES, Run.State),
        (CANDIDATE_EDGES, Candidate.State),
        (TRIAL_EDGES, Trial.State),
    ],
)
def test_every_state_has_its_edges(edges, states):
    assert set(edges) == set(states)
    assert all(set(nexts) <= set(states) for nexts in edges.values())


def test_an_answered_trial_never_changes():
    assert TRIAL_EDGES[Trial.State.SUCCEEDED] == frozenset()


def test_a_step_from_elsewhere_changes_nothing():
    run = services.launch(setup=make_setup(candidates=[{"id": "a"}]), started_by=None)
    assert not move_run(run.pk, to=Run.State.COMPLETED, text="no")
    run.refresh_from_db()
    assert run.state == Run.State.QUEUED
    assert run.events.count() == 1


def test_a_refused_step_says_where_the_run_stands():
    run = services.launch(setup=make_setup(candidates=[{"id": "a"}]), started_by=None)
    with pytest.raises(StepRefused, match="is queued"):
        services.resume(run=run)


STEPS = st.lists(
    st.sampled_from(
        [
            "begin",
            "pause",
            "resume",
            "cancel",
            "retry",
            "finish",
            "drive",
            "reap",
            "drop",
            *[f"candidate:{state}" for state in Candidate.State],
            *[f"run:{state}" for state in Run.State],
        ]
    ),
    max_size=25,
)


def take(step: str, run: Run) -> None:
    one = run.candidates.get()
    if step.startswith("candidate:"):
        move_candidate(one, to=step.removeprefix("candidate:"))
    elif step.startswith("run:"):
        to = step.removeprefix("run:")
        # Only the end of the work may lead there.
        if to not in ("finalizing", "completed", "completed_with_gaps"):
            move_run(run.pk, to=to, text=step)
    elif step == "drive":
        services.drive(run_id=run.pk, candidate_id=one.pk)
    elif step == "finish":
        services.finish(run.pk)
    elif step == "reap":
        services.reap()
        services.sweep_cancelled()
    elif step == "drop":
        services.drop_candidate(candidate=one, reason="not wanted")
    elif step == "begin":
        services.begin(run.pk)
    else:
        {
            "pause": services.pause,
            "resume": services.resume,
            "cancel": services.cancel,
            "retry": services.retry_failed,
        }[step](run=run)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_whatever_is_done_to_a_run_its_rows_add_up(steps):
    with transaction.atomic():
        setup = make_setup(samples=4, candidates=[{"id": "a"}])
        run = services.launch(setup=setup, started_by=None)
        for step in steps:
            try:
                take(step, Run.objects.get(pk=run.pk))
            except StepRefused:
                continue
        fresh = Run.objects.get(pk=run.pk)
        assert broken_invariants(fresh) == []
        transaction.set_rollback(True)
