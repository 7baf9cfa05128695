"""How does the page of a run that ended look, without reading all of it again?

One query asks what such a page shows that may still change: bookings, the newest line
of the log, names. While those are as they were, the page that was made is shown again.
"""

from typing import Any

from django.db.models import OuterRef, Subquery

from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import may
from advisor.runs.models import Run, RunEvent
from advisor.runs.pages.live import RunPage, run_page
from advisor.runs.selectors import run_at
from advisor.runs.selectors.progress import MOVING, STILL
from advisor.web.kept import Kept

NAMES = (
    *("project__name", "project__slug", "setup__version", "recommendation__sha256"),
    *("created_by__name", "created_by__email"),
)
PAGES: Kept[RunPage] = Kept(512)


def page_at(member: Membership, project: str, number: int) -> RunPage:
    """Return the page of a run of the member's team.

    Raises:
        Run.DoesNotExist: The team has no such run.
    """
    team = member.team
    before = _stamp(member, project, number)
    if before[2] not in STILL:
        return run_page(run_at(team, project, number), member)
    found = PAGES.find(before)
    if found is None:
        found = run_page(run_at(team, project, number), member)
        # It may have gone on since the stamp was read.
        if _stamp(member, project, number) == before:
            PAGES.put(before, found)
    return found


def _stamp(member: Membership, project: str, number: int) -> tuple[Any, ...]:
    team = member.team
    newest = RunEvent.objects.filter(run=OuterRef("pk")).order_by("-pk")
    named = Run.objects.filter(team=team, project__slug=project, number=number)
    lines = named.annotate(line=Subquery(newest.values("pk")[:1]))
    read = lines.values_list("pk", "created_at", *MOVING, *NAMES, "line").get()
    pk, at, *rest = read
    # The state is the third: it is the first of what moves.
    return (pk, at, *rest, team.slug, team.name, may(member, Role.EDITOR))
