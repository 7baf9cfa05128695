"""How is a project taken out of the list, and put back?"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.projects import services
from advisor.projects.models import Project
from advisor.projects.pages.header import project_url

STEPS = {
    "archive": (services.archive, "is archived. Nothing of it is deleted."),
    "restore": (services.restore, "is in the list again."),
}


@require_POST
@needs(Role.EDITOR, "archive projects")
def step(request: TeamRequest, team: str, project: str, verb: str) -> HttpResponse:
    """Archive a project or restore it."""
    found = get_object_or_404(Project, team=request.team, slug=project)
    change, told = STEPS[verb]
    change(project=found, by=request.membership)
    messages.success(request, f"{found.name} {told}")
    return redirect(project_url(found, "activity/"))
