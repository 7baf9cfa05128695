"""What has happened in a project, when and by whom? Its history, page by page."""

from dataclasses import dataclass

from django.utils import timezone

from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import may
from advisor.projects.models import Project
from advisor.projects.pages.header import ProjectHeader, header_of, project_url
from advisor.reports.selectors.history import Act, acts_of
from advisor.web.parts import Action, Link, Paging, Verdict
from advisor.web.plain import visible

PAGE = 30
MOST_PAGES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ActRow:
    """One act in the history."""

    day: str
    time: str
    mark: Verdict
    text: str
    who: str
    link: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityPage:
    """A page of a project's history, newest first."""

    title: str
    header: ProjectHeader
    rows: tuple[ActRow, ...]
    paging: Paging
    archiving: Action | None
    archived: str


def activity_page(project: Project, number: int, member: Membership) -> ActivityPage:
    """Return a page of what happened in a project."""
    number = min(max(1, number), MOST_PAGES)
    found = acts_of(project, number * PAGE + 1)
    if len(found) <= (number - 1) * PAGE:  # past the end: its last page is shown
        number = -(-len(found) // PAGE)
    start = (number - 1) * PAGE
    shown = found[start : start + PAGE]
    more = len(found) > start + PAGE and number < MOST_PAGES
    return ActivityPage(
        title=f"Activity: {project.name}",
        header=header_of(project, "Activity"),
        rows=tuple(_row(project, act) for act in shown),
        archiving=_archiving(project) if may(member, Role.EDITOR) else None,
        archived=_archived(project),
        paging=Paging(
            first=start + 1 if shown else 0,
            last=start + len(shown),
            total=None if len(found) > start + PAGE else len(found),
            previous=f"?page={number - 1}" if number > 1 else None,
            next=f"?page={number + 1}" if more else None,
        ),
    )


def _archiving(project: Project) -> Action:
    """Return the way out of the list, or back into it."""
    if project.archived_at is None:
        return Action("Archive project", project_url(project, "archive/"), "quiet")
    return Action("Restore project", project_url(project, "restore/"), "secondary")


def _archived(project: Project) -> str:
    """Return what archiving means, or since when the project is."""
    if project.archived_at is None:
        return "An archived project leaves the list. Nothing of it is deleted."
    return f"Archived on {timezone.localtime(project.archived_at):%-d %b %Y}."


def _row(project: Project, act: Act) -> ActRow:
    at = timezone.localtime(act.at)
    link = Link("Open", project_url(project, act.path)) if act.path else None
    return ActRow(
        day=f"{at:%-d %b %Y}",
        time=f"{at:%H:%M}",
        mark=Verdict(act.tone, act.icon, ""),
        text=visible(act.text),
        who=visible(act.who),
        link=link,
    )
