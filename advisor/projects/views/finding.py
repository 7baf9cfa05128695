"""Which draft is meant? Only one of the request's own team is found."""

from django.shortcuts import get_object_or_404

from advisor.accounts.access import TeamRequest
from advisor.projects import services
from advisor.projects.models import Project, Setup


def draft_or_404(request: TeamRequest, project: str) -> Setup:
    """Return the draft of a team's project.

    Where every version is frozen, reading shows the one that would be opened, and only
    writing opens it.
    """
    found = get_object_or_404(
        Project.objects.select_related("team"), team=request.team, slug=project
    )
    if request.method == "POST":
        return services.open_draft(project=found, opened_by=request.user)
    return services.next_draft(found)
