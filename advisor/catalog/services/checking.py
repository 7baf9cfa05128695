"""Who tests an endpoint, and when? A row asks, a worker claims it and answers.

A web request must not hang on a stranger's server, and keys stay with the workers: a
page writes the row and asks again until it is finished.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from advisor.accounts.models import Membership
from advisor.accounts.services import record
from advisor.catalog.models import Endpoint, EndpointCheck
from advisor.catalog.services.trying import Tried

TESTS_AN_HOUR = 20
HOUR = timedelta(hours=1)
# A test that a worker began and did not finish is begun again, but not for ever.
BEGUN_AGAIN = timedelta(seconds=30)
GIVEN_UP = timedelta(minutes=2)


class TooManyTests(Exception):
    """A member who tested too often; the message says when to come back."""


@transaction.atomic
def ask_for_check(*, endpoint: Endpoint, by: Membership) -> EndpointCheck:
    """Ask for a test of an endpoint; one that is still open is returned as it is.

    Raises:
        TooManyTests: The member asked 20 times within the hour.
    """
    now = timezone.now()
    waiting = endpoint.checks.filter(
        finished_at__isnull=True, asked_at__gt=now - GIVEN_UP
    ).first()
    if waiting is not None:
        return waiting
    recent = EndpointCheck.objects.filter(asked_by=by.user, asked_at__gt=now - HOUR)
    times = list(recent.order_by("asked_at").values_list("asked_at", flat=True))
    if len(times) >= TESTS_AN_HOUR:
        minutes = max(1, round((times[0] + HOUR - now).total_seconds() / 60))
        raise TooManyTests(
            f"You tested {TESTS_AN_HOUR} times within the hour, which is the limit."
            f" Try again in {minutes} min."
        )
    record(team=by.team, actor=by.user, action="endpoint.tested", target=endpoint.name)
    return EndpointCheck.objects.create(endpoint=endpoint, asked_by=by.user)


def due_checks() -> QuerySet[EndpointCheck]:
    """Return the tests that nobody works on."""
    now = timezone.now()
    free = Q(started_at__isnull=True) | Q(started_at__lt=now - BEGUN_AGAIN)
    return EndpointCheck.objects.filter(
        free, finished_at__isnull=True, asked_at__gt=now - GIVEN_UP
    ).order_by("pk")


def claim_check(pk: int) -> EndpointCheck | None:
    """Begin a test unless somebody else did; None then."""
    taken = due_checks().filter(pk=pk).update(started_at=timezone.now())
    if not taken:
        return None
    return EndpointCheck.objects.select_related("endpoint__team").get(pk=pk)


def finish_check(*, check: EndpointCheck, tried: Tried) -> EndpointCheck:
    """Keep what a test found."""
    check.finished_at = timezone.now()
    check.succeeded = tried.succeeded
    check.sentence = tried.sentence[:300]
    check.latency_ms = tried.latency_ms
    check.models_served = list(tried.models)
    check.save()
    return check


def is_given_up(check: EndpointCheck) -> bool:
    """Say whether nobody took a test for so long that nobody will."""
    late = timezone.now() - GIVEN_UP
    return check.finished_at is None and check.asked_at < late
