"""How is a team's portfolio shown, and taken away as a table?"""

import csv
from io import StringIO

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from advisor.accounts.access import TeamRequest
from advisor.reports.pages.dashboard import dashboard_page, table_of
from advisor.web.rendering import render_page

FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
def dashboard(request: TeamRequest, team: str) -> HttpResponse:
    """Show all projects of the team, searched, filtered and sorted by the address."""
    page = dashboard_page(request.membership, request.GET)
    return render_page(request, "reports/dashboard.html", page)


@require_safe
def table(request: TeamRequest, team: str) -> HttpResponse:
    """Send what the dashboard shows as CSV; no cell is a formula to a spreadsheet."""
    text = StringIO()
    writer = csv.writer(text)
    for row in table_of(request.membership, request.GET):
        writer.writerow(
            [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row]
        )
    name = f"{request.team.slug}-projects.csv"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    content = text.getvalue().encode("utf-8-sig")
    return HttpResponse(
        content, content_type="text/csv; charset=utf-8", headers=headers
    )
