"""May this call be paid, and what became of the money? All in millionths of a dollar.

Reserved before a call is sent, at its worst price, against the cap of its run and that
of its team's month; settled by what it cost. What may have been billed although no
answer came is ``unknown`` and counts against both. Rows are locked in one order:
attempts, then runs, then months.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import ceil
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.module_loading import import_string

from advisor.accounts.models import TeamMonth
from advisor.accounts.selectors import this_month
from advisor.accounts.services import locked_month
from advisor.runs.models import Attempt, Run
from advisor.runs.services.claiming import Claim

# A server may count more tokens than were counted here.
PROMPT_MARGIN = 1.1


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
    """Reserve the worst price of as many claims as the caps allow, in their order.

    Returns the claims that may be sent; commit before sending. An empty list means
    that a cap is reached or the run no longer runs.
    """
    run = Run.objects.select_for_update().get(pk=run_id)
    if run.state != Run.State.RUNNING:
        return []
    month = locked_month(run.team_id)
    left = [rest for rest in (rest_of(run), rest_of(month)) if rest is not None]
    total, paid = 0, []
    for claim, worst in wanted:
        if left and total + worst > min(left):
            break
        total += worst
        paid.append((claim, worst))
    if not paid:
        return []
    _book(Run, run_id, Counter({"reserved": total}))
    _book(TeamMonth, month.pk, Counter({"reserved": total}))
    Attempt.objects.bulk_create(
        Attempt(
            trial_id=claim.trial_id,
            claim_no=claim.number,
            month=month,
            reserved_micro=worst,
        )
        for claim, worst in paid
    )
    return [claim for claim, _ in paid]


def rest_of(books: Run | TeamMonth) -> int | None:
    """Return what may still be reserved in micro, None without a cap.

    What was billed above its reserve is gone as well.
    """
    if books.cap_micro is None:
        return None
    booked = books.spent_micro + books.reserved_micro + books.unknown_micro
    return books.cap_micro - booked - books.overshoot_micro


def is_short(run_id: int, worst: int) -> bool:
    """Say whether a cap forbids a call of ``worst`` micro, whatever is under way.

    What was refused a moment ago may be allowed by now: calls that were under way have
    ended, and cost less than was reserved.
    """
    run = Run.objects.get(pk=run_id)
    if run.reserved_micro:
        return False
    month = TeamMonth.objects.filter(team=run.team_id, month=this_month()).first()
    rests = (rest_of(run), None if month is None else rest_of(month))
    return any(rest is not None and worst > rest for rest in rests)


def reached_cap(run: Run, worst: int) -> Literal["run", "month"]:
    """Say which cap a call of ``worst`` micro could pass; the run's where both."""
    rest = rest_of(run)
    return "run" if rest is not None and worst > rest else "month"


def settle(run_id: int, costs: Sequence[tuple[Claim, int | None, str, str]]) -> None:
    """Close the open attempts of answered claims; call inside the transaction.

    Each entry is (claim, cost in micro or None, error code, attempt state). A cost
    above the reserve is kept apart as overshoot, so that no answer is ever refused.
    """
    if not costs:
        return
    ends = {(c.trial_id, c.number): (cost, code, end) for c, cost, code, end in costs}
    rows = _open({trial_id for trial_id, _ in ends})
    open_ones = [row for row in rows if (row.trial_id, row.claim_no) in ends]
    for row in open_ones:
        row.cost_micro, row.error_code, row.state = ends[row.trial_id, row.claim_no]
    _close(open_ones, {row.pk: run_id for row in open_ones})


def close_attempts(trial_ids: Sequence[int], *, state: str, code: str) -> None:
    """End the open attempts of trials whose answer never came; in a transaction."""
    rows = list(_open(trial_ids))
    for row in rows:
        row.error_code, row.state = code, state
    runs = Attempt.objects.filter(pk__in=[row.pk for row in rows])
    _close(rows, dict(runs.values_list("pk", "trial__run_id")))


def _open(trial_ids: Iterable[int]) -> Iterable[Attempt]:
    found = Attempt.objects.filter(
        trial_id__in=list(trial_ids), state=Attempt.State.RESERVED
    )
    return found.select_for_update(of=("self",)).order_by("pk")


def _close(rows: Sequence[Attempt], run_of: dict[int, int]) -> None:
    """Write closed attempts and move their money in the books of run and month."""
    if not rows:
        return
    alike: dict[tuple[str, str, int | None], list[int]] = defaultdict(list)
    for row in rows:
        alike[row.state, row.error_code, row.cost_micro].append(row.pk)
    for (state, code, cost), ids in alike.items():
        Attempt.objects.filter(pk__in=ids).update(
            state=state, error_code=code, cost_micro=cost, ended_at=Now()
        )
    runs: dict[int, Counter[str]] = defaultdict(Counter)
    months: dict[int, Counter[str]] = defaultdict(Counter)
    for row in rows:
        runs[run_of[row.pk]].update(_moved(row))
        if row.month_id is not None:
            months[row.month_id].update(_moved(row))
    for pk, moved in sorted(runs.items()):
        _book(Run, pk, moved)
    for pk, moved in sorted(months.items()):
        _book(TeamMonth, pk, moved)


def _moved(row: Attempt) -> Counter[str]:
    """Return how a closed attempt moves the counters of its books."""
    moved = Counter({"reserved": -row.reserved_micro})
    if row.state == Attempt.State.SETTLED:
        cost = row.cost_micro or 0
        moved["spent"] = min(cost, row.reserved_micro)
        moved["overshoot"] = max(0, cost - row.reserved_micro)
    elif row.state == Attempt.State.UNKNOWN:
        moved["unknown"] = row.reserved_micro
    return moved


def _book(books: type[Run | TeamMonth], pk: int, moved: Counter[str]) -> None:
    """Add to the counters of one row; the database refuses what passes its cap."""
    changes = {f"{name}_micro": F(f"{name}_micro") + by for name, by in moved.items()}
    books._default_manager.filter(pk=pk).update(**changes)


def ledger(run_id: int) -> dict[str, int]:
    """Return the money of a run as its attempts tell it: the other side of the books.

    Keys spent, reserved, unknown and overshoot, in micro.
    """
    rows = Attempt.objects.filter(trial__run_id=run_id)
    return _totals(rows)


def month_ledger(month_id: int) -> dict[str, int]:
    """Return the money of a team's month as its calls tell it, as ``ledger``.

    Rooms above, which the settings name, book calls of theirs as well.
    """
    totals = _totals(Attempt.objects.filter(month_id=month_id))
    for name in settings.MORE_SPENDING:
        for key, more in import_string(name)(month_id).items():
            totals[key] += more
    return totals


def _totals(rows: QuerySet[Attempt]) -> dict[str, int]:
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
