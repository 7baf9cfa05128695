"""Is an endpoint that was down back? One cheap request, at ever longer intervals."""

import ssl

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from advisor.engines.base import EngineError
from advisor.engines.fetching import Source, fetch
from advisor.engines.safe_http import Limits
from advisor.runs.models import Candidate, EndpointStanding, EndpointWait
from advisor.runs.services.endpoint_health import let_go, next_probe_s
from advisor.runs.services.holding import engine_spec
from advisor.runs.services.states import note
from advisor.web.clock import from_now, seconds_since

# Lists what a server offers; free of charge, and any answer to it is a sign of life.
PATH = "/models"
# Who asks to slow down, or knows no such list, is not away.
ALIVE = ("rate_limited", "http_501")


def due_probes() -> list[int]:
    """Return the endpoints that are to be asked now."""
    return list(_due().order_by("probe_at").values_list("pk", flat=True))


def _due() -> QuerySet[EndpointStanding]:
    """Return whose time it is, or for whom somebody waits and nobody is to ask.

    Another run that was to try it may have ended before it did.
    """
    waits = Exists(EndpointWait.objects.filter(standing=OuterRef("pk")))
    unasked = Q(waits, probe_at__isnull=True)
    return EndpointStanding.objects.filter(unasked | Q(probe_at__lte=Now()))


def probe_due() -> None:
    """Ask every endpoint that is due, here and now."""
    for pk in due_probes():
        probe(pk)


def probe(pk: int) -> bool:
    """Ask an endpoint once, and let go on who waits for it; False when it is down.

    Only one process asks. After a day nobody asks any more, and the owner is told.
    """
    standing = _due().filter(pk=pk).first()
    if standing is None:
        return False
    mine = EndpointStanding.objects.filter(pk=pk, probe_at=standing.probe_at)
    if not mine.update(probe_at=from_now(next_probe_s(standing))):
        return False
    wait = standing.waits.select_related("candidate__run", "candidate__endpoint")
    first = wait.order_by("since").first()
    if first is None:
        EndpointStanding.objects.filter(pk=pk).update(probe_at=None, down_since=None)
        return False
    if _too_long(standing):
        _give_up(standing)
        return False
    if first.until is None and not answers(first.candidate):
        return False
    let_go(standing)
    return True


def answers(candidate: Candidate) -> bool:
    """Say whether the candidate's endpoint gives a sign of life."""
    try:
        fetch(_source(candidate), PATH)
    except EngineError as error:
        # A server without such a list is there all the same; and a key that is wrong,
        # or cannot be opened, is for its owner to mend and not to be waited for.
        failure = error.failure
        if failure.code in ALIVE:
            return True
        return failure.kind != "transport" and failure.code != "timeout"
    return True


def _source(candidate: Candidate) -> Source:
    spec = engine_spec(candidate)
    ca_file = spec.options.get("ca_file")
    trusted = ssl.create_default_context(cafile=str(ca_file)) if ca_file else None
    return Source(
        base_url=spec.base_url or "",
        key=spec.api_key or "",
        listed=spec.allowed_private,
        total_s=settings.ENDPOINT_PROBE_SECONDS,
        limits=Limits(first_byte_s=settings.ENDPOINT_PROBE_SECONDS),
        trusted=trusted,
    )


def _too_long(standing: EndpointStanding) -> bool:
    down_s = seconds_since(standing, "down_since")
    return bool(down_s > settings.ENDPOINT_GIVE_UP_SECONDS)


def _give_up(standing: EndpointStanding) -> None:
    same = EndpointStanding.objects.filter(pk=standing.pk)
    same.update(probe_at=None, down_since=None)
    hours = settings.ENDPOINT_GIVE_UP_SECONDS / 3600
    text = (
        f"The endpoint did not come back within {hours:g} h and is asked no more. Check"
        " it, then resume the run."
    )
    for wait in standing.waits.select_related("candidate"):
        one = wait.candidate
        Candidate.objects.filter(pk=one.pk).update(reason=text)
        note(
            one.run_id,
            candidate_id=one.pk,
            kind="endpoint",
            level="error",
            text=f"{one.key}: {text}",
        )
    standing.waits.all().delete()
