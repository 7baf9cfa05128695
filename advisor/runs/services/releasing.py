"""How is work handed back unanswered? To be claimed again, with no error counted."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from advisor.runs.models import Attempt, Trial
from advisor.runs.services.money import close_attempts


@transaction.atomic
def release(token: UUID, trial_ids: Sequence[int], *, sent: bool) -> int:
    """Hand trials back before their answer came; return how many were still held.

    No error is counted. With ``sent`` their reserved money becomes possible extra
    spend, otherwise it is free again.
    """
    held = Trial.objects.filter(
        pk__in=trial_ids, lease_token=token, state=Trial.State.LEASED
    )
    ids = list(held.select_for_update().values_list("pk", flat=True))
    ended = Attempt.State.UNKNOWN if sent else Attempt.State.RELEASED
    close_attempts(ids, state=ended, code="handed_over")
    Trial.objects.filter(pk__in=ids).update(
        state=Trial.State.PENDING,
        lease_token=None,
        lease_until=None,
        last_error_code="handed_over",
    )
    return len(ids)
