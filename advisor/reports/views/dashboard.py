"""How is a team's portfolio shown, and taken away as a table?"""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from advisor.accounts.access import TeamRequest
from advisor.accounts.services import record
from advisor.reports.pages.dashboard import dashboard_page, table_of
from advisor.web.csv_file import csv_answer
from advisor.web.rendering import render_page


@require_safe
def dashboard(request: TeamRequest, team: str) -> HttpResponse:
    """Show all projects of the team, searched, filtered and sorted by the address."""
    page = dashboard_page(request.membership, request.GET)
    return render_page(request, "reports/dashboard.html", page)


@require_safe
def table(request: TeamRequest, team: str) -> HttpResponse:
    """Send what the dashboard shows as CSV; that it left is recorded."""
    rows = table_of(request.membership, request.GET)
    answer = csv_answer(f"{request.team.slug}-projects.csv", rows)
    record(team=request.team, actor=request.user, action="projects.exported")
    return answer
