"""How is a frozen setup version read? By every member, whatever the draft says now."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from advisor.accounts.access import TeamRequest
from advisor.projects.models import Setup
from advisor.projects.pages.frozen import frozen_page
from advisor.web.rendering import render_page


@require_safe
def version(
    request: TeamRequest, team: str, project: str, version: int
) -> HttpResponse:
    """Show a frozen version; a draft has its own pages."""
    setups = Setup.objects.filter(state=Setup.State.FROZEN)
    found = get_object_or_404(
        setups.select_related("project__team", "sample_set", "created_by"),
        project__team=request.team,
        project__slug=project,
        version=version,
    )
    return render_page(request, "projects/version.html", frozen_page(found))
