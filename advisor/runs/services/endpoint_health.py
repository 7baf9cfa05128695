"""What becomes of a candidate whose endpoint is down? It waits, and goes on by itself.

The process that calls notices within seconds (`engines.pacing`); what it found is
stored here, so that no other process finds it out anew.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import inf

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from advisor.engines.base import Engine
from advisor.engines.pacing import Pace, Paced, Stop
from advisor.runs.models import Candidate, EndpointStanding, EndpointWait, Run, Trial
from advisor.runs.services.states import LIVE_RUNS, move_candidate, move_run, note
from advisor.sizing import formats
from advisor.web.clock import from_now, seconds_since

# An outage is asked about each time that it has become a quarter longer.
SHARE_OF_OUTAGE = 0.25
# A server that keeps asking to slow down fills no log.
NEWS_EVERY_S = 10.0


@dataclass(slots=True)
class Line:
    """One candidate's line to its endpoint during a slice; none for other engines."""

    candidate: Candidate
    pace: Pace | None
    told: bool = False
    _turned_away: int = 0
    _news_at: float = -inf

    @classmethod
    def of(cls, candidate: Candidate, engine: Engine) -> "Line":
        """Take up the line; after a stop one call is tried at first."""
        pace = engine.pace if isinstance(engine, Paced) else None
        if pace is not None:
            pace.reopen()
            return cls(candidate, pace, _turned_away=pace.turned_away)
        return cls(candidate, None)

    def share(self, most: int) -> None:
        """Keep to this process's share of the calls that the user allows at once."""
        if self.pace is not None:
            self.pace.share_with(_others(self.candidate), most=most)

    def goes_on(self) -> bool:
        """Store what the last block found; False when the candidate has to wait."""
        pace = self.pace
        if pace is None:
            return True
        if pace.answered and not self.told:
            self.told = True
            recovered(self.candidate)
        if pace.stopped is None or pace.stopped.kind in ("refused", "enough"):
            self.tell_of_slowing()
            return True
        hold(self.candidate, pace.stopped)
        return False

    def tell_of_slowing(self) -> None:
        """Write into the log that the server asks to slow down, now and then."""
        pace = self.pace
        if pace is None or pace.slowed_by is None or pace.stopped is not None:
            return
        turned_away, now = pace.turned_away - self._turned_away, time.monotonic()
        if turned_away <= 0 or now < self._news_at + NEWS_EVERY_S:
            return
        self._turned_away, self._news_at = pace.turned_away, now
        calls = formats.count(turned_away, "call")
        at = timezone.localtime(timezone.now() + timedelta(seconds=pace.shut_s()))
        note(
            self.candidate.run_id,
            candidate_id=self.candidate.pk,
            kind="slowed",
            level="warning",
            text=f"{self.candidate.key} is slowed: the next call is sent at"
            f" {at:%H:%M:%S}, {calls} will be sent again."
            f" {pace.slowed_by.message}",
            data={"turned_away": turned_away},
        )


def may_start(candidate: Candidate) -> bool:
    """Say whether calls may be tried; a candidate of an endpoint that is down waits."""
    if candidate.engine != "openai":
        return True
    standing = _standings(candidate).filter(probe_at__isnull=False).first()
    if standing is None:
        return True
    _wait(candidate, standing, until=None)
    return False


@transaction.atomic
def hold(candidate: Candidate, stop: Stop) -> None:
    """Let a candidate wait for its endpoint; others of the same one join it."""
    standing, _ = EndpointStanding.objects.get_or_create(
        team_id=candidate.run.team_id,
        digest=digest_of(candidate),
        defaults={"host": str((candidate.facts or {}).get("host") or "")[:300]},
    )
    limited = stop.kind == "limited"
    wait_s = stop.wait_s if limited else next_probe_s(standing)
    EndpointStanding.objects.filter(pk=standing.pk).update(
        down_since=Coalesce(F("down_since"), Now()),
        probe_at=from_now(wait_s),
        times_down=F("times_down") + 1,
        message=stop.failure.message[:500],
    )
    standing.refresh_from_db()
    _wait(candidate, standing, until=standing.probe_at if limited else None)


def _wait(
    candidate: Candidate, standing: EndpointStanding, *, until: datetime | None
) -> None:
    reason = _reason(standing, until)
    moved = move_candidate(
        candidate,
        to=Candidate.State.PAUSED,
        text=f"{candidate.key} waits. {reason}",
        level="warning",
        reason=reason,
    )
    if moved:
        EndpointWait.objects.update_or_create(
            candidate=candidate,
            defaults={"standing": standing, "since": timezone.now(), "until": until},
        )


def _reason(standing: EndpointStanding, until: datetime | None) -> str:
    told = standing.message[:300]
    if until is not None:
        at = timezone.localtime(until)
        return f"{told} The run goes on by itself at {at:%H:%M:%S}."
    return (
        f"The endpoint is down. {told} It is asked again by itself, and the run goes on"
        " when it answers."
    )


def next_probe_s(standing: EndpointStanding) -> float:
    """Return the seconds until an endpoint is asked whether it is back."""
    down_s = seconds_since(standing, "down_since")
    first = settings.ENDPOINT_FIRST_PROBE_SECONDS
    longest = settings.ENDPOINT_LONGEST_PROBE_SECONDS
    return float(min(longest, max(first, down_s * SHARE_OF_OUTAGE)))


def recovered(candidate: Candidate) -> None:
    """Note that an endpoint answers; whoever else waits for it goes on."""
    for standing in _standings(candidate).filter(down_since__isnull=False):
        let_go(standing)
        EndpointStanding.objects.filter(pk=standing.pk).update(
            down_since=None, message=""
        )


@transaction.atomic
def let_go(standing: EndpointStanding) -> None:
    """Let everybody who waits for an endpoint try it again.

    Where nobody does any more, no call will tell that the outage is over: it is.
    """
    same = EndpointStanding.objects.filter(pk=standing.pk)
    same.update(probe_at=None)
    waits = list(standing.waits.select_related("candidate__run"))
    if not any(one.run_paused or one.candidate.run.state in LIVE_RUNS for one in waits):
        same.update(down_since=None)
    for wait in waits:
        one = wait.candidate
        if wait.run_paused:
            move_run(
                one.run_id,
                to=Run.State.RUNNING,
                sources=(Run.State.PAUSED,),
                text="The run goes on: the endpoint may be called again.",
                pause_reason="",
            )
        move_candidate(
            one,
            to=Candidate.State.WAITING,
            sources=(Candidate.State.PAUSED,),
            text=f"{one.key} goes on: its endpoint may be called again.",
            reason="",
            hinted_at=None,
        )
        wait.delete()


def ask_now(run: Run) -> None:
    """Try the endpoints that a run waits for at once: its owner resumed it."""
    waits = EndpointWait.objects.filter(candidate__run=run)
    standings = list(waits.values_list("standing_id", flat=True))
    EndpointStanding.objects.filter(pk__in=standings).update(probe_at=None)
    waits.delete()


def goes_on_by_itself(run: Run) -> bool:
    """Say whether a run waits for an endpoint that is expected back shortly.

    After a while its page says that it is paused; it goes on by itself all the same.
    """
    waits = EndpointWait.objects.filter(candidate__run=run)
    if not waits.exists():
        return False
    since = from_now(-settings.ENDPOINT_PAUSE_SECONDS)
    if not waits.filter(standing__down_since__lt=since).exists():
        return True
    waits.update(run_paused=True)
    return False


def digest_of(candidate: Candidate) -> str:
    """Return what tells endpoints of a team apart: address and model."""
    spec = candidate.spec
    return sha256(f"{spec.get('base_url')} {spec.get('model')}".encode()).hexdigest()


def _standings(candidate: Candidate) -> QuerySet[EndpointStanding]:
    return EndpointStanding.objects.filter(
        team_id=candidate.run.team_id, digest=digest_of(candidate)
    )


def _others(candidate: Candidate) -> int:
    """Return how many other leases are at work on the same endpoint now.

    A slot is a lease, so that those of a process that died become free with it.
    """
    same = Trial.objects.filter(state=Trial.State.LEASED, lease_until__gt=Now())
    if candidate.endpoint_id is None:
        same = same.filter(candidate=candidate)
    else:
        same = same.filter(candidate__endpoint=candidate.endpoint_id)
    return max(0, same.order_by().values("lease_token").distinct().count() - 1)
