"""A worker whose clock is an hour off keeps to leases all the same (F14)."""

import subprocess
import sys

import pytest

from tests.services import ROOT, clean_environment, migrate

pytestmark = pytest.mark.services

# What this process takes for the time; the database keeps its own.
WORK = """
import datetime, sys
real = datetime.datetime
class Shifted(real):
    @classmethod
    def now(cls, tz=None):
        return real.now(tz) + datetime.timedelta(hours=HOURS)
datetime.datetime = Shifted
import django
django.setup()
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
timezone.datetime = Shifted
from advisor.adaptations.models import Adaptation
from advisor.adaptations.selectors import due_adaptations
from advisor.adaptations.services.claiming import claim
from advisor.accounts.models import Membership, Role, User
from advisor.catalog import services as catalog
from advisor.catalog.selectors import latest_checks
from advisor.catalog.models import Endpoint, EndpointCheck
from advisor.engines.base import Failure
from advisor.engines.pacing import Stop
from advisor.projects import services as projects
from advisor.projects.models import Intake, Upload
from advisor.reports.models import Export
from advisor.reports.services import exports
from advisor.runs import services
from advisor.runs.models import Answer, EndpointStanding, Run, StoredRecommendation
from advisor.runs.models import Trial
from advisor.runs.services.claiming import claim_block
from advisor.runs.services.endpoint_health import goes_on_by_itself, hold, next_probe_s
from advisor.runs.services.verifying import broken_invariants
from tests.runs.factory import make_setup
seen = (timezone.now() - real.now(datetime.UTC)).total_seconds()
assert abs(seen - HOURS * 3600) < 60, seen
setup = make_setup(samples=60, candidates=[{"id": "a"}])
run = services.launch(setup=setup, started_by=None)
services.begin(run.pk)
one = run.candidates.get()
other = claim_block(one, lease_s=60)
assert services.reap() == 0
services.drive(run_id=run.pk, candidate_id=one.pk)
held = Trial.objects.filter(lease_token=other.token, state="leased")
job = Adaptation.objects.create(
    project=setup.project, setup=setup, number=1, key="k", parent_key="a", parent={},
    technique="prune", recipe={}, budget_s=60)
assert due_adaptations().get() == job and claim(job.pk)
left = Adaptation.objects.values_list(F("lease_until") - Now()).get()[0]
assert 0 < left.total_seconds() <= 60, left
assert not due_adaptations().exists()
# Files, papers and tests of endpoints are leased by the same clock.
def held_s(row):
    left = type(row).objects.values_list(F("lease_until") - Now()).get()[0]
    return left.total_seconds()
team, user = run.team, User.objects.create_user("a@example.org", None, name="A")
file = Upload.objects.create(team=team, kind="samples", name="a.csv", sha256="a",
    content=b"x", size=1)
intake = Intake.objects.create(setup=setup, upload=file, name="a.csv")
assert projects.claim_intake(intake.pk) and projects.claim_intake(intake.pk) is None
assert 0 < held_s(intake) <= 30 and not projects.due_intakes().exists()
told = StoredRecommendation.objects.create(run=run, outcome="undecided", sha256="a")
paper = Export.objects.create(run=run, made_of=exports.state_of(run))
assert exports.claim_export(paper.pk) and exports.claim_export(paper.pk) is None
assert 0 < held_s(paper) <= 90 and not exports.due_exports().exists()
server = Endpoint.objects.create(team=team, slug="a", name="A", model="m",
    base_url="https://a.example")
member = Membership.objects.create(team=team, user=user, role=Role.OWNER)
check = catalog.ask_for_check(endpoint=server, by=member)
age = EndpointCheck.objects.values_list(Now() - F("asked_at")).get()[0]
assert 0 <= age.total_seconds() < 60, age
assert not latest_checks([server.pk])[server.pk].given_up
assert catalog.due_checks().get() == check
assert catalog.claim_check(check.pk) and catalog.claim_check(check.pk) is None
told.delete()
# So is how long an endpoint has been down, which says when it is asked again.
hold(one, Stop("down", Failure(code="not_connected", kind="transport", message="")))
assert next_probe_s(EndpointStanding.objects.get()) < 30
assert goes_on_by_itself(run)
print(held.count(), Answer.objects.count(), broken_invariants(Run.objects.get()))
"""


@pytest.mark.parametrize("hours", [1, -1])
def test_a_lease_is_kept_by_the_clock_of_the_database(
    hours: int, postgres_url: str, tmp_path
) -> None:
    # A lease that no machine outlives by standing still, and far shorter than an hour.
    environment = clean_environment(
        tmp_path, DATABASE_URL=postgres_url, LEASE_SECONDS="60"
    )
    environment["DJANGO_SETTINGS_MODULE"] = "advisor.settings"
    migrate(environment)
    done = subprocess.run(
        [sys.executable, "-c", WORK.replace("HOURS", str(hours))],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split(maxsplit=2)[:2] == ["32", "28"]
    assert done.stdout.rstrip().endswith("[]")
