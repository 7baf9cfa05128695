"""How is work handed back unanswered? To be claimed again, with no error counted."""

from collections.abc import Sequence

from django.db import transaction

from advisor.runs.models import Attempt, Trial
from advisor.runs.services.claiming import Lease
from advisor.runs.services.money import close_attempts


@transaction.atomic
def release(lease: Lease, trial_ids: Sequence[int], *, sent: bool) -> int:
    """Hand trials back before their answer came; return how many were still held.

    No error is counted. With ``sent`` their reserved money becomes possible extra
    spend, otherwise it is free again. What was lost and claimed anew under the same
    token is another claim's by now.
    """
    held = Trial.objects.filter(
        pk__in=trial_ids, lease_token=lease.token, state=Trial.State.LEASED
    )
    ours = {(one.trial_id, one.number) for one in lease.claims}
    rows = held.select_for_update().values_list("pk", "claims")
    ids = [pk for pk, number in rows if (pk, number) in ours]
    ended = Attempt.State.UNKNOWN if sent else Attempt.State.RELEASED
    close_attempts(ids, state=ended, code="handed_over")
    Trial.objects.filter(pk__in=ids).update(
        state=Trial.State.PENDING,
        lease_token=None,
        lease_until=None,
        last_error_code="handed_over",
    )
    return len(ids)
