"""A recommendation is signed once, numbered without gaps, and openly superseded."""

from datetime import timedelta

import pytest
from django.utils import timezone

from advisor.accounts.models import AuditEvent, Team, User
from advisor.reports.models import DecisionRecord
from advisor.reports.selectors import standing_record
from advisor.reports.services import deciding, numbering
from advisor.reports.services.deciding import DecisionRefused, Signature
from advisor.runs.models import Run
from tests.people import member
from tests.runs.finished import finished

pytestmark = pytest.mark.django_db
ACCEPTED = DecisionRecord.Verdict.ACCEPTED
REJECTED = DecisionRecord.Verdict.REJECTED
SIGNED_FIELDS = (
    *("verdict", "model", "reason", "signed_by_id", "signer_name", "signer_role"),
    *("signed_at", "revisit_by"),
)


def signature(verdict: DecisionRecord.Verdict = ACCEPTED, **changes: object):
    given = {
        "verdict": verdict,
        "reason": "It is good enough and cheap.",
        "name": "Ada Lovelace",
        "role": "Lead architect",
        "revisit_by": timezone.now().date() + timedelta(days=180),
    }
    return Signature(**{**given, **changes})


def sign(run: Run, user: User, *, seen: int = 0, **changes: object) -> DecisionRecord:
    by = member(run.team, user)
    return deciding.sign(run=run, signature=signature(**changes), by=by, seen=seen)


@pytest.fixture
def run(team: Team) -> Run:
    return finished(team)


def test_every_finished_run_gets_the_teams_next_number(team: Team, charlie: User):
    runs = [finished(team, name=name) for name in ("One", "Two")]
    elsewhere = finished(Team.objects.get(name="Elsewhere"))
    assert numbering.open_new_records() == 3
    assert numbering.open_new_records() == 0
    assert [standing_record(run).name for run in runs] == ["RS-0001", "RS-0002"]
    assert standing_record(elsewhere).name == "RS-0001"


def test_a_record_that_is_not_stored_leaves_no_gap(run: Run, edith: User):
    numbering.open_record(run=run)
    with pytest.raises(DecisionRefused):
        sign(run, edith, seen=7)
    assert sign(run, edith).name == "RS-0001"
    assert sign(run, edith, seen=1, verdict=REJECTED).name == "RS-0002"


def test_signing_keeps_what_the_signer_gave(run: Run, edith: User):
    record = sign(run, edith)
    assert (record.name, record.model) == ("RS-0001", "good")
    assert record.verdict == ACCEPTED
    assert (record.signer_name, record.signer_role) == (
        "Ada Lovelace",
        "Lead architect",
    )
    assert record.signed_by == edith
    event = AuditEvent.objects.get(action="decision.accepted")
    assert (event.actor, event.target) == (edith, "RS-0001, Tickets")


def test_a_signed_record_stays_as_it_is_when_a_new_one_supersedes_it(
    run: Run, edith: User, alice: User
):
    first = sign(run, edith)
    before = DecisionRecord.objects.values(*SIGNED_FIELDS).get(pk=first.pk)
    second = sign(run, alice, seen=1, verdict=REJECTED, reason="Too risky after all.")
    first.refresh_from_db()
    assert DecisionRecord.objects.values(*SIGNED_FIELDS).get(pk=first.pk) == before
    assert first.superseded_by == second
    assert standing_record(run) == second


def test_who_decides_on_an_old_page_is_told_who_decided_meanwhile(
    run: Run, edith: User, alice: User
):
    sign(run, edith)
    with pytest.raises(DecisionRefused, match="RS-0001 was accepted by Ada Lovelace"):
        sign(run, alice)
    assert DecisionRecord.objects.count() == 1


def test_accepting_a_later_run_supersedes_the_accepted_one_of_the_project(
    team: Team, edith: User
):
    first, second = finished(team), finished(team, objective="cost")
    assert first.project == second.project
    sign(first, edith)
    sign(second, edith)
    assert standing_record(first).superseded_by.name == "RS-0002"


def test_rejecting_a_later_run_leaves_the_accepted_one_standing(
    team: Team, edith: User
):
    first, second = finished(team), finished(team, objective="cost")
    sign(first, edith)
    sign(second, edith, verdict=REJECTED)
    assert standing_record(first).superseded_by is None


def test_the_signer_takes_it_back_for_ten_minutes_and_the_old_decision_stands_again(
    run: Run, edith: User
):
    first = sign(run, edith)
    second = sign(run, edith, seen=1, verdict=REJECTED)
    deciding.take_back(record=second, by=member(run.team, edith))
    second.refresh_from_db()
    assert (second.verdict, second.signer_name, second.signed_at) == ("", "", None)
    assert standing_record(run) == first
    assert AuditEvent.objects.filter(action="decision.undone").count() == 1
    assert sign(run, edith, seen=1).name == "RS-0002"


def test_nobody_else_and_nobody_later_takes_it_back(run: Run, edith: User, alice: User):
    record = sign(run, edith)
    with pytest.raises(DecisionRefused, match="can no longer be undone"):
        deciding.take_back(record=record, by=member(run.team, alice))
    long_ago = timezone.now() - deciding.UNDO_FOR
    DecisionRecord.objects.update(signed_at=long_ago)
    with pytest.raises(DecisionRefused):
        deciding.take_back(record=record, by=member(run.team, edith))
    assert standing_record(run).verdict == ACCEPTED


def test_keeping_the_reference_is_accepted_likewise(team: Team, edith: User):
    run = finished(team, constraints={"quality_margin": 0.01, "p95_latency_ms": 5000})
    assert run.recommendation.recommended == ""
    assert sign(run, edith).model == "big"


def test_a_run_that_recommends_nothing_cannot_be_accepted(team: Team, edith: User):
    run = finished(team, constraints={"quality_margin": 0.1, "p95_latency_ms": 10})
    with pytest.raises(DecisionRefused, match="recommends no model"):
        sign(run, edith)
    assert not DecisionRecord.objects.exists()
