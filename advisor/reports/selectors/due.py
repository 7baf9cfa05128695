"""By which day is a project to be decided, and whom is that told? Reads only."""

from collections.abc import Iterator
from datetime import date, timedelta

from advisor.accounts.models import Membership, Role, User
from advisor.projects.models import Project, Setup
from advisor.reports.models import DecisionRecord
from advisor.sizing import formats

AHEAD = timedelta(days=7)


def time_left(day: date, today: date) -> str:
    """Return how many days are left, from a week before; "" while there is time.

    A decision that is late stays so until it is made.
    """
    if day > today + AHEAD:
        return ""
    told = f"To be decided by {day:%-d %b %Y}"
    left = (day - today).days
    if left == 0:
        return f"{told}: today."
    if left > 0:
        return f"{told}: {formats.count(left, 'day')} left."
    return f"{told}, {formats.count(-left, 'day')} ago."


def due_projects(today: date) -> Iterator[tuple[Project, date]]:
    """Yield projects to be decided within a week that nobody was reminded of."""
    signed = DecisionRecord.objects.filter(
        signed_at__isnull=False, superseded_by__isnull=True
    )
    decided = set(signed.values_list("run__project", flat=True))
    days = _newest_days()
    near = {pk: day for pk, day in days.items() if today <= day <= today + AHEAD}
    found = Project.objects.select_related("team", "created_by")
    for project in found.filter(pk__in=near.keys() - decided):
        if project.reminded_of != near[project.pk]:
            yield project, near[project.pk]


def readers_of(project: Project, *users: User | None) -> list[str]:
    """Return the addresses of the team's owners, and of those named who are members."""
    members = Membership.objects.filter(team_id=project.team_id, user__is_active=True)
    named = {user.pk for user in users if user is not None}
    return sorted(
        one.user.email
        for one in members.select_related("user")
        if one.role == Role.OWNER or one.user_id in named
    )


def _newest_days() -> dict[int, date]:
    open_ones = Setup.objects.filter(project__archived_at__isnull=True)
    rows = open_ones.order_by("version").values_list(
        "project_id", "document__decide_by"
    )
    found = {pk: day_of(text) for pk, text in rows}
    return {pk: day for pk, day in found.items() if day is not None}


def day_of(text: object) -> date | None:
    """Return the day that a setup names; None for none, or what is no day."""
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
