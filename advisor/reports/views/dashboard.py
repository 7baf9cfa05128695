"""How is a team's portfolio shown?"""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from advisor.accounts.access import TeamRequest
from advisor.reports.pages.dashboard import dashboard_page
from advisor.web.rendering import render_page


@require_safe
def dashboard(request: TeamRequest, team: str) -> HttpResponse:
    """Show all projects of the team."""
    page = dashboard_page(request.membership)
    return render_page(request, "reports/dashboard.html", page)
