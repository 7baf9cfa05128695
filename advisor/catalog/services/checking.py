"""Who tests an endpoint, and when? A row asks, a worker claims it and answers.

A web request must not hang on a stranger's server, and keys stay with the workers: a
page writes the row and asks again until it is finished.
"""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from advisor.accounts.models import Membership
from advisor.accounts.services import record
from advisor.catalog.models import Endpoint, EndpointCheck
from advisor.catalog.selectors import GIVEN_UP
from advisor.catalog.services.trying import Tried
from advisor.web.clock import from_now

TESTS_AN_HOUR = 20
HOUR = 3600
# A test that a worker began and did not finish is begun again, but not for ever.
# Seconds, by the database's clock.
BEGUN_AGAIN = 30


class TooManyTests(Exception):
    """A member who tested too often; the message says when to come back."""


@transaction.atomic
def ask_for_check(*, endpoint: Endpoint, by: Membership) -> EndpointCheck:
    """Ask for a test of an endpoint; one that is still open is returned as it is.

    Raises:
        TooManyTests: The member asked 20 times within the hour.
    """
    waiting = endpoint.checks.filter(
        finished_at__isnull=True, asked_at__gt=from_now(-GIVEN_UP)
    ).first()
    if waiting is not None:
        return waiting
    recent = EndpointCheck.objects.filter(
        asked_by=by.user, asked_at__gt=from_now(-HOUR)
    )
    times = list(recent.order_by("asked_at").values_list("asked_at", flat=True))
    if len(times) >= TESTS_AN_HOUR:
        gone_s = (timezone.now() - times[0]).total_seconds()
        minutes = min(60, max(1, round((HOUR - gone_s) / 60)))
        raise TooManyTests(
            f"You tested {TESTS_AN_HOUR} times within the hour, which is the limit."
            f" Try again in {minutes} min."
        )
    record(team=by.team, actor=by.user, action="endpoint.tested", target=endpoint.name)
    check = EndpointCheck.objects.create(endpoint=endpoint, asked_by=by.user)
    EndpointCheck.objects.filter(pk=check.pk).update(asked_at=Now())
    check.refresh_from_db(fields=("asked_at",))
    return check


def due_checks() -> QuerySet[EndpointCheck]:
    """Return the tests that nobody works on."""
    free = Q(started_at__isnull=True) | Q(started_at__lt=from_now(-BEGUN_AGAIN))
    return EndpointCheck.objects.filter(
        free, finished_at__isnull=True, asked_at__gt=from_now(-GIVEN_UP)
    ).order_by("pk")


def claim_check(pk: int) -> EndpointCheck | None:
    """Begin a test unless somebody else did; None then."""
    taken = due_checks().filter(pk=pk).update(started_at=Now())
    if not taken:
        return None
    return EndpointCheck.objects.select_related("endpoint__team").get(pk=pk)


def finish_check(*, check: EndpointCheck, tried: Tried) -> EndpointCheck:
    """Keep what a test found."""
    EndpointCheck.objects.filter(pk=check.pk).update(
        finished_at=Now(),
        succeeded=tried.succeeded,
        sentence=tried.sentence[:300],
        latency_ms=tried.latency_ms,
        models_served=list(tried.models),
    )
    return check
