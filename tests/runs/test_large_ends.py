"""A large run is cancelled, archived and deleted while a worker is at it (F44)."""

import pytest
from django.apps import apps
from django.db import connection

from advisor.accounts.models import Membership, Role, Team, User
from advisor.accounts.services import DeletionRefused, delete_team
from advisor.projects.services import archive
from advisor.runs import services
from advisor.runs.models import Run, Trial
from advisor.runs.services.verifying import broken_invariants
from advisor.web.clock import from_now
from tests.runs.factory import make_project, make_setup, make_team

pytestmark = pytest.mark.django_db
SAMPLES = 1000


@pytest.fixture
def owner() -> Membership:
    user = User.objects.create_user("olga@example.org", "x")
    return Membership.objects.create(team=make_team(), user=user, role=Role.OWNER)


def large(owner: Membership) -> Run:
    setup = make_setup(
        project=make_project(owner.team),
        samples=SAMPLES,
        candidates=[{"id": one} for one in "abc"],
    )
    return services.launch(setup=setup, started_by=None)


def driven(run: Run, *, meanwhile) -> int:
    """Work on the first candidate; after twenty answers something happens."""
    left = [20]

    def stopping() -> bool:
        left[0] -= 1
        if left[0] == 0:
            meanwhile()
        return False

    one = run.candidates.order_by("pk").first()
    return services.drive(run_id=run.pk, candidate_id=one.pk, stopping=stopping).stored


def test_an_archived_project_keeps_its_run_and_a_cancelled_run_is_whole(owner):
    run = large(owner)

    def archived_and_cancelled() -> None:
        archive(project=run.project, by=owner)
        services.cancel(run=Run.objects.get(pk=run.pk))

    driven(run, meanwhile=archived_and_cancelled)
    give_up(run)
    assert run.state == Run.State.CANCELLED
    assert broken_invariants(run) == []
    states = dict.fromkeys(run.trials.values_list("state", flat=True))
    assert set(states) <= {"succeeded", "skipped"}
    assert run.trials.count() == 3 * SAMPLES


def give_up(run: Run) -> None:
    """What the dispatcher does with leases that nobody keeps."""
    Trial.objects.filter(state="leased").update(lease_until=from_now(-1))
    services.reap()
    services.sweep_cancelled()
    services.finish(run.pk)
    run.refresh_from_db()


def test_nothing_is_left_of_a_team_that_is_deleted_under_a_worker(owner, settings):
    settings.HEARTBEAT_SECONDS = 0
    run = large(owner)

    def deleted() -> None:
        services.cancel(run=Run.objects.get(pk=run.pk))
        with pytest.raises(DeletionRefused, match="Wait for its end"):
            delete_team(by=owner, typed_name=owner.team.name)
        give_up(run)
        delete_team(by=owner, typed_name=owner.team.name)

    assert driven(run, meanwhile=deleted) < 20
    connection.check_constraints()
    rooms = ("projects", "runs", "reports", "adaptations")
    left = {
        model.__name__: model._default_manager.count()
        for room in rooms
        for model in apps.get_app_config(room).get_models()
    }
    assert {name: count for name, count in left.items() if count} == {}
    assert not Team.objects.exists()
