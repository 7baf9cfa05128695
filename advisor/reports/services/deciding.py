"""How is a recommendation accepted or rejected? By one signature that stays.

The record that is open gets the signature, in one UPDATE. What is signed is never
changed: deciding again signs the next record, which takes the place of the old one.
Only the signer may take a signature back, and only for ten minutes.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from advisor.accounts import services as accounts
from advisor.accounts.models import Membership
from advisor.reports.models import DecisionRecord
from advisor.reports.selectors import choice_of, standing_record
from advisor.reports.services.numbering import open_record
from advisor.reports.services.telling import tell_of_decision
from advisor.runs.models import Run

UNDO_FOR = timedelta(minutes=10)


class DecisionRefused(ValueError):
    """A decision that cannot be signed or taken back; says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What is signed: the verdict, why, by whom as they gave it, until which day."""

    verdict: DecisionRecord.Verdict
    reason: str
    name: str
    role: str
    revisit_by: date


@transaction.atomic
def sign(
    *, run: Run, signature: Signature, by: Membership, seen: int
) -> DecisionRecord:
    """Sign a decision on the recommendation of a run and return its record.

    ``seen`` is the number of the signed record that the signer had before them, 0 for
    none: who decides on a page that is no longer true is told so.

    Raises:
        DecisionRefused: There is nothing to decide, or somebody decided meanwhile.
    """
    record = open_record(run=run)
    chosen = choice_of(json.loads(run.recommendation.document))
    if chosen is None:
        raise DecisionRefused(
            "There is nothing to accept or reject: the run recommends no model."
        )
    before = standing_record(run)
    if (before.number if before and before.signed_at else 0) != seen:
        raise DecisionRefused(_overtaken(before))
    DecisionRecord.objects.filter(pk=record.pk, signed_at__isnull=True).update(
        verdict=signature.verdict,
        model=chosen,
        reason=signature.reason,
        signed_by=by.user,
        signer_name=signature.name,
        signer_role=signature.role,
        signed_at=timezone.now(),
        revisit_by=signature.revisit_by,
    )
    record.refresh_from_db()
    _replace(record)
    _remember(record, by, str(signature.verdict), model=chosen)
    tell_of_decision(record)
    return record


@transaction.atomic
def take_back(*, record: DecisionRecord, by: Membership) -> None:
    """Take a signature back within ten minutes; the record is proposed again.

    Raises:
        DecisionRefused: It is somebody else's, or it has been signed for longer.
    """
    signed = DecisionRecord.objects.select_for_update().get(pk=record.pk)
    if not may_take_back(signed, by):
        raise DecisionRefused(
            f"{signed.name} can no longer be undone. Decide anew: the new decision"
            " supersedes it."
        )
    told = signed.verdict
    DecisionRecord.objects.filter(superseded_by=signed).update(superseded_by=None)
    DecisionRecord.objects.filter(pk=signed.pk).update(
        verdict="",
        model="",
        reason="",
        signed_by=None,
        signer_name="",
        signer_role="",
        signed_at=None,
        revisit_by=None,
    )
    _remember(signed, by, "undone", verdict=told)


def may_take_back(record: DecisionRecord, by: Membership) -> bool:
    """Say whether a member may still undo the signature of a record."""
    if record.signed_at is None or record.superseded_by_id is not None:
        return False
    fresh = timezone.now() - record.signed_at < UNDO_FOR
    return fresh and record.signed_by_id == by.user_id


def _replace(record: DecisionRecord) -> None:
    """Mark what the new decision supersedes.

    That is what stood on the same run; and where it accepts, what stood accepted for
    the project: a project has one accepted decision.
    """
    old = Q(run=record.run)
    if record.verdict == DecisionRecord.Verdict.ACCEPTED:
        accepted = DecisionRecord.Verdict.ACCEPTED
        old |= Q(run__project_id=record.run.project_id, verdict=accepted)
    standing = DecisionRecord.objects.filter(
        old, signed_at__isnull=False, superseded_by__isnull=True
    )
    standing.exclude(pk=record.pk).update(superseded_by=record)


def _overtaken(before: DecisionRecord | None) -> str:
    if before is None or before.signed_at is None:
        return "The decision that you saw was taken back. Read the record again."
    told = before.get_verdict_display().lower()
    return (
        f"Somebody decided while you read: {before.name} was {told} by"
        f" {before.signer_name}. Read it, then decide again if you must."
    )


def _remember(
    record: DecisionRecord, by: Membership, what: str, **detail: object
) -> None:
    accounts.record(
        team=by.team,
        actor=by.user,
        action=f"decision.{what}",
        target=f"{record.name}, {record.run.project.name}",
        detail={"run": record.run.number, **detail},
    )
