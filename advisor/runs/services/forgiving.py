"""Was a sample asked often enough of an endpoint that is down for its faults to count?

Faults of such an endpoint use up no try of a sample, within reason: a sample that its
server cannot stand must come to an end as well.
"""

from django.db import OperationalError

from advisor.engines.retrying import RATE_CODES
from advisor.runs.models import Attempt
from advisor.runs.services.claiming import Claim

FORGIVEN_FAULTS = 10
# How an attempt ends that says nothing against sample or endpoint.
NO_FAULT = ("", "handed_over", "lease_expired", *RATE_CODES)


def is_forgiven(claim: Claim) -> bool:
    """Say whether a fault of ``claim`` is among the first ten of its trial.

    What was handed back, lost with its worker or asked to wait is no fault.
    """
    if claim.number <= FORGIVEN_FAULTS:
        return True
    before = Attempt.objects.filter(trial_id=claim.trial_id, claim_no__lt=claim.number)
    try:
        faults = before.exclude(error_code__in=NO_FAULT).count()
    except OperationalError:
        # The database is away: what else was answered is stored when it is back.
        return True
    return faults < FORGIVEN_FAULTS
