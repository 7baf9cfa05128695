"""Which endpoints are down, since when, and who waits for them? One row an endpoint.

Written only when an endpoint goes down or comes back, so that all processes that call
it know; what happens within seconds stays in the process that calls.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from advisor.accounts.models import Team
from advisor.runs.models.candidate import Candidate


class EndpointStanding(models.Model):
    """How one team's endpoint stands: address and model, named by their digest.

    ``down_since`` holds until an answer came, or nobody is left who waits for one;
    ``probe_at`` is when somebody is to ask whether it is back, null while calls may be
    tried, or nobody asks any more.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    host = models.CharField(max_length=300)
    down_since = models.DateTimeField(null=True, blank=True)
    probe_at = models.DateTimeField(null=True, blank=True)
    times_down = models.IntegerField(default=0)
    message = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["team", "digest"], name="one_standing_an_endpoint"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["probe_at"],
                condition=Q(probe_at__isnull=False),
                name="due_probes",
            )
        ]


class EndpointWait(models.Model):
    """A candidate that was paused because its endpoint is down or asks to wait.

    ``until`` is set where the server named a time; ``run_paused`` says that the run
    was paused for it, and so is resumed with it.
    """

    candidate = models.OneToOneField(
        Candidate, models.CASCADE, primary_key=True, related_name="endpoint_wait"
    )
    standing = models.ForeignKey(EndpointStanding, models.CASCADE, related_name="waits")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    run_paused = models.BooleanField(default=False)
