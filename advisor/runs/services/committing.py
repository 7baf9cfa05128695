"""How does an answer become a fact? One transaction a block, fenced by its lease."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from advisor.accounts.services import micro
from advisor.engines.base import Failure
from advisor.engines.retrying import RATE_CODES, retry_class
from advisor.runs.models import Answer, Attempt, Candidate, Score, Trial
from advisor.runs.services.among import Among
from advisor.runs.services.claiming import Claim, Lease
from advisor.runs.services.inserting import insert, insert_columns
from advisor.runs.services.judging import Outcome
from advisor.runs.services.money import settle
from advisor.runs.services.returning import updated
from advisor.web.clock import from_now

AGAIN_SECONDS = 0.2
# The server answered without doing the work, or nothing ever reached it. A connection
# that broke off may have brought the request there.
UNBILLED = ("not_connected", "tls", "address_refused", "http_", *RATE_CODES)
# A gateway waited no longer; the server behind it may have done the work.
GAVE_UP = ("http_499", "http_504", "http_524")


@dataclass(frozen=True, slots=True)
class Committed:
    """How many answers were stored, sent back to wait, or thrown away as late."""

    stored: int = 0
    waiting: int = 0
    late: int = 0


def commit_patiently(
    lease: Lease, outcomes: Sequence[Outcome], *, candidate: Candidate, priced: bool
) -> Committed:
    """Commit, waiting for a database that is away as long as the lease may last.

    What was answered was perhaps paid for: a restart of the database must not cost it.
    """
    until = time.monotonic() + settings.LEASE_SECONDS * 2 / 3
    while True:
        try:
            return commit(lease, outcomes, candidate=candidate, priced=priced)
        except OperationalError:
            if connection.in_atomic_block or time.monotonic() > until:
                raise
            connection.close()
            time.sleep(AGAIN_SECONDS)


@transaction.atomic
def commit(
    lease: Lease, outcomes: Sequence[Outcome], *, candidate: Candidate, priced: bool
) -> Committed:
    """Store the outcomes whose trials are still held under ``lease``.

    In the fixed random order and in one transaction: states, answers, scores, money.
    An outcome whose lease was lost is thrown away; whoever took the lease has counted
    its money as possible extra spend.
    """
    wanted = sorted(outcomes, key=lambda one: (one.claim.position, one.claim.repeat))
    kept = _settled(lease, wanted)
    stored = [one for one in kept if one.row is not None]
    insert(Answer, [one.row for one in stored if one.row is not None])
    insert(Score, [score for one in stored for score in one.scores])
    free, paid = list(kept), []
    if priced:
        free = [one for one in kept if one.row and one.row.cached]
        paid = [one for one in kept if not (one.row and one.row.cached)]
    settle(candidate.run_id, [_money(one) for one in paid])
    _write_free_attempts(free)
    return Committed(len(stored), len(kept) - len(stored), len(wanted) - len(kept))


def _settled(lease: Lease, wanted: Sequence[Outcome]) -> list[Outcome]:
    """Give each trial that is still held its new state; return what held.

    Where all become alike one statement fences and writes; where they do not, all are
    locked first, so that nobody waits for half of them.
    """
    alike = _alike(wanted)
    if len(alike) > 1 or any(one.row is None for one in wanted):
        rows = _held(lease, wanted).select_for_update().values_list("pk", "claims")
        held = set(rows)
        wanted = [
            one for one in wanted if (one.claim.trial_id, one.claim.number) in held
        ]
        _send_back([one for one in wanted if one.row is None])
        alike = _alike([one for one in wanted if one.row is not None])
    ours = {one.claim.trial_id for one in wanted if one.row is None}
    for (state, code, crashed, number), ones in alike.items():
        ours |= updated(
            _held(lease, ones).filter(claims=number),
            state=state,
            lease_token=None,
            lease_until=None,
            last_error_code=code,
            solo_crashes=F("solo_crashes") + int(crashed),
        )
    return [one for one in wanted if one.claim.trial_id in ours]


def _held(lease: Lease, outcomes: Sequence[Outcome]) -> QuerySet[Trial]:
    """Return the trials that are still held under the token."""
    return Trial.objects.filter(
        Among("pk", [one.claim.trial_id for one in outcomes]),
        lease_token=lease.token,
        state=Trial.State.LEASED,
    )


def _alike(
    outcomes: Sequence[Outcome],
) -> Mapping[tuple[str, str, bool, int], list[Outcome]]:
    """Return the outcomes by what their trials become, and by their claim number."""
    found = defaultdict(list)
    for one in outcomes:
        code = one.failure.code[:60] if one.failure else ""
        found[one.state, code, one.crashed, one.claim.number].append(one)
    return found


def _send_back(waiting: Sequence[Outcome]) -> None:
    """Return trials to wait for their next try, each with its own time."""
    for one in waiting:
        code = one.failure.code[:60] if one.failure else ""
        Trial.objects.filter(pk=one.claim.trial_id).update(
            state=Trial.State.PENDING,
            lease_token=None,
            lease_until=None,
            not_before=from_now(one.wait_s) if one.wait_s else None,
            errors=F("errors") + int(one.counts),
            solo_crashes=F("solo_crashes") + int(one.crashed),
            last_error_code=code,
        )


def _money(one: Outcome) -> tuple[Claim, int | None, str, str]:
    """Return what became of the money of one attempt, as ``settle`` takes it."""
    code = one.failure.code[:60] if one.failure else ""
    billed = one.row.cost_usd if one.row else None
    cost = None if billed is None else micro(billed)
    if one.failure is None or cost:
        return one.claim, cost, code, Attempt.State.SETTLED
    return one.claim, None, code, unanswered(one.failure)


def unanswered(failure: Failure) -> str:
    """Return what becomes of the money of a call that failed, with no cost told."""
    free = retry_class(failure) in ("configuration", "rate")
    unbilled = failure.code.startswith(UNBILLED) and failure.code not in GAVE_UP
    if free or unbilled:
        return Attempt.State.RELEASED
    return Attempt.State.UNKNOWN


def _write_free_attempts(kept: Sequence[Outcome]) -> None:
    """Write the attempts of calls that cost nothing; no reserve preceded them."""
    if not kept:
        return
    codes = [one.failure.code[:60] if one.failure else "" for one in kept]
    insert_columns(
        Attempt,
        len(kept),
        {
            "trial_id": [one.claim.trial_id for one in kept],
            "claim_no": [one.claim.number for one in kept],
            "state": Attempt.State.SETTLED,
            "cost_micro": 0,
            # The clock of this machine: no lease depends on it.
            "ended_at": timezone.now(),
            "error_code": codes,
        },
    )
