"""A database that drops its connections costs no answer."""

import psycopg
import pytest
from django.conf import settings as live
from django.db import connection

from advisor.runs import services
from advisor.runs.models import Answer, Candidate
from advisor.runs.services.claiming import claim_block
from advisor.runs.services.committing import commit_patiently
from advisor.runs.services.keeping import Keeper
from advisor.runs.services.states import move_candidate
from advisor.runs.services.verifying import broken_invariants
from tests.runs.factory import make_setup
from tests.runs.test_leases import outcomes
from tests.services import wait_until

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor == "sqlite", reason="a file has no connections to drop"
    ),
]


def drop_connections() -> None:
    """End every session of this database but the one that does it."""
    given = live.DATABASES["default"]
    with psycopg.connect(
        host=given["HOST"],
        port=given["PORT"],
        user=given["USER"],
        dbname=connection.settings_dict["NAME"],
    ) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def candidate() -> Candidate:
    setup = make_setup(samples=40, candidates=[{"id": "a"}])
    run = services.launch(setup=setup, started_by=None)
    services.begin(run.pk)
    one = run.candidates.get()
    move_candidate(one, to=Candidate.State.PREPARING)
    move_candidate(one, to=Candidate.State.READY)
    return Candidate.objects.select_related("run").get(pk=one.pk)


def test_an_answered_block_is_stored_over_a_new_connection(candidate):
    lease = claim_block(candidate)
    answered = outcomes(lease)
    drop_connections()
    done = commit_patiently(lease, answered, candidate=candidate, priced=False)
    assert done.stored == 32
    assert Answer.objects.count() == 32
    assert broken_invariants(candidate.run) == []


def test_a_heartbeat_outlives_its_connection(candidate, settings):
    settings.HEARTBEAT_SECONDS = 0.05
    lease = claim_block(candidate, lease_s=60)

    def extended() -> bool:
        def until():
            return candidate.trials.filter(lease_token=lease.token).first().lease_until

        first = until()
        return wait_until(lambda: until() != first)

    with Keeper() as keeper:
        keeper.take(lease.token, lease.claims)
        assert extended()
        drop_connections()
        connection.close()
        assert extended()
        assert not keeper.lost.is_set()
