"""How is a project's history shown?"""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from advisor.accounts.access import TeamRequest
from advisor.projects.models import Project
from advisor.reports.pages.activity import activity_page
from advisor.web.rendering import render_page


@require_safe
def activity(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Show what happened in a project, newest first."""
    projects = Project.objects.select_related("team", "created_by")
    found = get_object_or_404(projects, team=request.team, slug=project)
    number = request.GET.get("page", "1")[:6]
    page = activity_page(
        found, int(number) if number.isdecimal() else 1, request.membership
    )
    return render_page(request, "reports/activity.html", page)
