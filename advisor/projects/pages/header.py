"""What stands above every page of a project? Where it is, its name and its tabs."""

from dataclasses import dataclass

from advisor.projects.models import Project, Setup
from advisor.web.parts import Action, Link

TABS = {
    "Comparison": "",
    "Runs": "runs/",
    "Setup": "setup/",
    "Made models": "adaptations/",
    "Report": "report/",
    "Activity": "activity/",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectHeader:
    """Breadcrumb, title, tabs and the actions that are plain links."""

    title: str
    crumbs: tuple[Link, ...]
    tabs: tuple[Link, ...]
    actions: tuple[Action, ...] = ()


def project_url(project: Project, rest: str = "") -> str:
    """Return the address of a project, or of a page under it."""
    return f"/t/{project.team.slug}/p/{project.slug}/{rest}"


def version_link(project: Project, setup: Setup) -> Link:
    """Return the link to a frozen version of a project's setup."""
    version = setup.version
    url = project_url(project, f"setup/versions/{version}/")
    return Link(f"Setup version {version}", url)


def header_of(
    project: Project, current: str, actions: tuple[Action, ...] = ()
) -> ProjectHeader:
    """Return the header of a project's page; ``current`` names the open tab."""
    return ProjectHeader(
        title=project.name,
        crumbs=(
            Link("Projects", f"/t/{project.team.slug}/"),
            Link(project.name, project_url(project), current=True),
        ),
        tabs=tuple(
            Link(name, project_url(project, rest), name == current)
            for name, rest in TABS.items()
        ),
        actions=actions,
    )
