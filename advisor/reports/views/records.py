"""How does a team find its decision records?"""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from advisor.accounts.access import TeamRequest
from advisor.projects.models import Project
from advisor.projects.pages.header import project_url
from advisor.reports.pages.records import records_page
from advisor.runs.selectors import runs_of
from advisor.web.rendering import render_page


@require_safe
def records(request: TeamRequest, team: str) -> HttpResponse:
    """Show all decision records of the team, searched and filtered by the address."""
    page = records_page(request.team, request.GET)
    return render_page(request, "reports/records.html", page)


@require_safe
def latest(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Lead to the report of the latest finished run, else to the project."""
    found = get_object_or_404(Project, team=request.team, slug=project)
    decided = runs_of(found).filter(recommendation__isnull=False).first()
    if decided is None:
        return redirect(project_url(found))
    return redirect(project_url(found, f"runs/{decided.number}/report/"))
