"""Which draft is meant? Only one of the request's own team is found."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from advisor.accounts.access import TeamRequest
from advisor.projects import services
from advisor.projects.models import Project, Setup

P = ParamSpec("P")
View = Callable[Concatenate[TeamRequest, P], HttpResponse]


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


def writes_draft(view: View[P]) -> View[P]:
    """Let a view begin again whose draft a launch froze while it worked.

    It then writes the next version, as it would have a moment later.
    """

    @wraps(view)
    def written(
        request: TeamRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except services.DraftFrozen:
            for _, files in request.FILES.lists():
                for file in files:
                    file.seek(0)
            return view(request, *args, **kwargs)

    return written
