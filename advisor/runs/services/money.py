"""May this call be paid, and what became of the money? All in millionths of a dollar.

Reserved before a call is sent, at its worst price; settled by what it cost. What may
have been billed although no answer came is ``unknown`` and counts against the cap.
"""

from collections.abc import Sequence
from math import ceil

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Now

from advisor.runs.models import Attempt, Run
from advisor.runs.services.claiming import Claim

# A server may count more tokens than were counted here.
PROMPT_MARGIN = 1.1


def micro(usd: float) -> int:
    """Return an amount in millionths of a dollar, rounded up."""
    return ceil(usd * 1_000_000 - 1e-6)


def worst_price_micro(
    *,
    prompt_tokens: int,
    max_output_tokens: int,
    input_per_1m: float,
    output_per_1m: float,
) -> int:
    """Return the most that one call can cost, with 10 % on the counted prompt."""
    # Dollars per million tokens are millionths of a dollar per token.
    inputs = prompt_tokens * PROMPT_MARGIN * input_per_1m
    return ceil(inputs + max_output_tokens * output_per_1m - 1e-6)


@transaction.atomic
def reserve(run_id: int, wanted: Sequence[tuple[Claim, int]]) -> list[Claim]:
    """Reserve the worst price of as many claims as the cap allows, in their order.

    Returns the claims that may be sent; commit before sending. An empty list means
    that the cap is reached or the run no longer runs.
    """
    run = Run.objects.select_for_update().get(pk=run_id)
    if run.state != Run.State.RUNNING:
        return []
    taken = run.spent_micro + run.reserved_micro + run.unknown_micro
    total, paid = 0, []
    for claim, worst in wanted:
        if run.cap_micro is not None and taken + total + worst > run.cap_micro:
            break
        total += worst
        paid.append((claim, worst))
    if not paid:
        return []
    Run.objects.filter(pk=run_id).update(reserved_micro=F("reserved_micro") + total)
    Attempt.objects.bulk_create(
        Attempt(trial_id=claim.trial_id, claim_no=claim.number, reserved_micro=worst)
        for claim, worst in paid
    )
    return [claim for claim, _ in paid]


def settle(run_id: int, costs: Sequence[tuple[Claim, int | None, str, str]]) -> None:
    """Close the open attempts of answered claims; call inside the transaction.

    Each entry is (claim, cost in micro or None, error code, attempt state). A cost
    above the reserve is kept apart as overshoot, so that no answer is ever refused.
    """
    ends = {(c.trial_id, c.number): (cost, code, end) for c, cost, code, end in costs}
    rows = Attempt.objects.select_for_update().filter(
        trial_id__in={trial_id for trial_id, _ in ends}, state=Attempt.State.RESERVED
    )
    open_ones = [row for row in rows if (row.trial_id, row.claim_no) in ends]
    if not open_ones:
        return
    freed = spent = unknown = over = 0
    for row in open_ones:
        row.cost_micro, row.error_code, row.state = ends[row.trial_id, row.claim_no]
        freed += row.reserved_micro
        if row.state == Attempt.State.SETTLED:
            spent += min(row.cost_micro or 0, row.reserved_micro)
            over += max(0, (row.cost_micro or 0) - row.reserved_micro)
        elif row.state == Attempt.State.UNKNOWN:
            unknown += row.reserved_micro
    Attempt.objects.bulk_update(open_ones, ["state", "error_code", "cost_micro"])
    Attempt.objects.filter(pk__in=[one.pk for one in open_ones]).update(ended_at=Now())
    Run.objects.filter(pk=run_id).update(
        reserved_micro=F("reserved_micro") - freed,
        spent_micro=F("spent_micro") + spent,
        unknown_micro=F("unknown_micro") + unknown,
        overshoot_micro=F("overshoot_micro") + over,
    )


def close_attempts(trial_ids: Sequence[int], *, state: str, code: str) -> None:
    """End the open attempts of trials whose answer never came; in a transaction."""
    attempts = Attempt.objects.filter(
        trial_id__in=list(trial_ids), state=Attempt.State.RESERVED
    )
    sums = attempts.values("trial__run_id").annotate(total=Sum("reserved_micro"))
    for row in list(sums.order_by()):
        total = row["total"] or 0
        kept = total if state == Attempt.State.UNKNOWN else 0
        Run.objects.filter(pk=row["trial__run_id"]).update(
            reserved_micro=F("reserved_micro") - total,
            unknown_micro=F("unknown_micro") + kept,
        )
    attempts.update(state=state, error_code=code, ended_at=Now())


def ledger(run_id: int) -> dict[str, int]:
    """Return the money of a run as its attempts tell it: the other side of the books.

    Keys spent, reserved, unknown and overshoot, in micro.
    """
    rows = Attempt.objects.filter(trial__run_id=run_id)
    result = {"spent": 0, "reserved": 0, "unknown": 0, "overshoot": 0}
    for state, reserved, cost in rows.values_list(
        "state", "reserved_micro", "cost_micro"
    ).iterator():
        if state == Attempt.State.SETTLED:
            result["spent"] += min(cost or 0, reserved)
            result["overshoot"] += max(0, (cost or 0) - reserved)
        elif state in (Attempt.State.RESERVED, Attempt.State.UNKNOWN):
            result[str(state)] += reserved
    return result
