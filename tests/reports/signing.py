"""A signature under a finished run, for tests that need a decision."""

from datetime import timedelta

from django.utils import timezone

from advisor.accounts.models import User
from advisor.reports.models import DecisionRecord
from advisor.reports.services import deciding
from advisor.runs.models import Run
from tests.people import member


def sign(run: Run, user: User) -> DecisionRecord:
    """Accept what a run recommends."""
    signature = deciding.Signature(
        verdict=DecisionRecord.Verdict.ACCEPTED,
        reason="Cheap & good enough.",
        name=user.name,
        role="Lead architect",
        revisit_by=timezone.localdate() + timedelta(days=90),
    )
    by = member(run.team, user)
    return deciding.sign(run=run, signature=signature, by=by, seen=0)
