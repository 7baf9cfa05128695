"""Who is told that there is work: no more than can take it, and in their order."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from advisor.runs import services
from advisor.runs.models import Answer, Candidate, Run
from advisor.runs.services.claiming import claim_block
from advisor.runs.services.driving import begin
from advisor.runs.tasks import drive
from tests.runs.factory import keys, make_setup, right

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def looks_are_seldom(settings):
    settings.REAP_SECONDS = 10


def launched(*ids: str, **setup) -> Run:
    candidates = [{"id": one} for one in ids]
    return services.launch(
        setup=make_setup(candidates=candidates, **setup), started_by=None
    )


def hinted() -> list[str]:
    return [one.key for one in services.take_hints()]


def age_hints():
    Candidate.objects.update(hinted_at=Now() - timedelta(minutes=1))


def test_one_worker_gets_one_hint_for_the_first_candidate():
    launched("a", "b")
    assert hinted() == ["a"]


def test_a_hint_is_not_repeated_at_once_and_holds_its_place():
    launched("a", "b")
    hinted()
    assert hinted() == []


def test_a_lost_hint_is_repeated():
    launched("a")
    hinted()
    age_hints()
    assert hinted() == ["a"]


def test_a_second_worker_gets_a_second_hint(settings):
    settings.WORKERS = {"default": 2}
    launched("a", "b", "c")
    assert hinted() == ["a", "b"]


def test_a_busy_worker_gets_none():
    run = launched("a", "b")
    begin(run.pk)
    one = run.candidates.get(key="a")
    one.state = Candidate.State.READY
    one.save(update_fields=["state"])
    assert claim_block(one) is not None
    assert hinted() == []


def test_the_reference_comes_first(settings):
    run = services.launch(
        setup=make_setup(
            reference={"id": "r", "answers": right(keys(40))}, candidates=[{"id": "a"}]
        ),
        started_by=None,
    )
    assert run.candidates.count() == 2
    assert hinted() == ["r"]


def test_older_runs_come_first(settings):
    settings.WORKERS = {"default": 1}
    first = launched("a")
    launched("b")
    assert [one.run_id for one in services.take_hints()] == [first.pk]


def test_a_paused_run_is_not_hinted_at():
    run = launched("a")
    begin(run.pk)
    services.pause(run=run)
    assert hinted() == []


def test_hints_that_could_not_be_sent_are_forgotten():
    launched("a")
    services.forget_hints(services.take_hints())
    assert hinted() == ["a"]


def test_after_a_slice_the_next_hint_is_due_at_once():
    run = launched("a")
    (one,) = services.take_hints()
    begin(run.pk)
    assert [c.key for c in services.next_hints(one.pk)] == ["a"]


def test_hints_that_piled_up_give_nobody_more_than_one_turn(settings):
    settings.SLICE_SECONDS = 0.05
    slow = {"id": "a", "options": {"delay_s": 0.01}}
    first = services.launch(setup=make_setup(candidates=[slow]), started_by=None)
    second = launched("b")
    piled = []
    for _ in range(3):
        piled += services.take_hints()
        age_hints()
    assert {one.run_id for one in piled} == {first.pk}
    counted = []
    for one in piled:
        drive(one.run_id, one.pk)
        counted.append(Answer.objects.filter(trial__run=first).count())
    assert 0 < counted[0] < 40
    assert counted == [counted[0]] * 3
    assert second.candidates.get().hinted_at is not None
