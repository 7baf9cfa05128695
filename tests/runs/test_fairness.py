"""One team's 10,000 trials do not starve another's 50."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from advisor.runs import services
from advisor.runs.models import Answer, Candidate, Run, WorkerSeat
from advisor.runs.services.fairness import served
from advisor.runs.services.seats import Presence, seats_by_queue, take_seat
from tests.runs.factory import make_project, make_setup, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def looks_are_seldom(settings):
    settings.REAP_SECONDS = 1


def launched(*ids: str, samples: int = 40, team=None) -> Run:
    setup = make_setup(
        project=make_project(team),
        candidates=[{"id": one} for one in ids],
        samples=samples,
    )
    return services.launch(setup=setup, started_by=None)


def answers(run: Run) -> int:
    return Answer.objects.filter(trial__run=run).count()


def some_answers(count: int) -> Callable[[], bool]:
    """A slice that ends after so many answers."""
    left = [count]

    def over() -> bool:
        left[0] -= 1
        return left[0] < 0

    return over


def test_a_small_run_does_not_wait_for_a_large_one_of_another_team():
    large = launched("a", "b", "c", "d", samples=500)
    small = launched("x", samples=50)
    slices: Counter[int] = Counter()
    while answers(small) < 50 and sum(slices.values()) < 30:
        (one,) = services.take_hints()
        slices[one.run_id] += 1
        services.drive(
            run_id=one.run_id, candidate_id=one.pk, stopping=some_answers(10)
        )
        Candidate.objects.update(hinted_at=None)
    assert answers(small) == 50
    assert slices[large.pk] <= slices[small.pk] + 1


def test_the_team_whose_turn_was_longest_ago_is_next():
    runs = [launched("a"), launched("b"), launched("c")]
    for minutes, run in zip((3, 9, 6), runs, strict=True):
        run.candidates.update(served_at=Now() - timedelta(minutes=minutes))
    turns = []
    for _ in runs:
        (one,) = services.take_hints()
        turns.append(one.run_id)
        served(one.pk)
        Candidate.objects.update(hinted_at=None)
    assert turns == [runs[1].pk, runs[2].pk, runs[0].pk]


def test_free_workers_are_spread_over_teams(settings):
    settings.WORKERS = {"default": 3}
    first = launched("a", "b", "c")
    second = launched("x")
    chosen = services.take_hints()
    assert Counter(one.run_id for one in chosen) == {first.pk: 2, second.pk: 1}


def test_within_a_team_the_older_run_comes_first():
    team = make_team()
    first = launched("a", team=team)
    launched("b", team=team)
    assert [one.run_id for one in services.take_hints()] == [first.pk]


def test_workers_that_say_they_are_there_are_used(settings):
    settings.WORKERS = {"default": 1, "local": 1}
    for number in range(3):
        take_seat(name=f"default@m{number}:7", queue="default", seats=2)
    assert seats_by_queue() == {"default": 6, "local": 1}
    launched("a", "b", "c", "d")
    assert len(services.take_hints()) == 4


def test_a_killed_worker_is_missed_after_three_beats(settings):
    take_seat(name="default@m1:7", queue="default", seats=1)
    take_seat(name="default@m2:7", queue="default", seats=1)
    late = timedelta(seconds=3.1 * settings.HEARTBEAT_SECONDS)
    WorkerSeat.objects.filter(name="default@m1:7").update(seen_at=Now() - late)
    assert seats_by_queue()["default"] == 1
    WorkerSeat.objects.update(seen_at=Now() - timedelta(days=2))
    take_seat(name="default@m3:7", queue="default", seats=1)
    assert WorkerSeat.objects.count() == 1


def test_a_worker_that_stops_takes_its_row_away():
    take_seat(name="default@m1:7", queue="default", seats=1)
    Presence(name="default@m1:7", queue="default", seats=1).leave()
    assert not WorkerSeat.objects.exists()
