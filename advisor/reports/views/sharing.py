"""How is a link to a report made, listed and revoked by the team?"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.projects.pages.header import project_url
from advisor.reports.forms import ShareForm
from advisor.reports.pages.sharing import share_page
from advisor.reports.selectors import links_of, options_of
from advisor.reports.services import exports, sharing
from advisor.reports.views.finding import result_or_404
from advisor.web.rendering import render_page


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Role.EDITOR, "share reports")
def share(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Show the links to a report; POST makes one and shows its address this once."""
    run = result_or_404(request, project, number).run
    form = ShareForm(request.POST or None, initial={"days": 30})
    address = None
    if form.is_valid():
        _, address = sharing.share(run=run, by=request.membership, **form.cleaned_data)
        # The reader should find the PDF ready.
        exports.request_export(
            run=run, requested_by=request.user, options=options_of("a4", shared=True)
        )
    status = 422 if form.is_bound and address is None else 200
    page = share_page(run, form if address is None else None, address)
    return render_page(request, "reports/share.html", page, status=status)


@require_POST
@needs(Role.EDITOR, "revoke links")
def revoke(
    request: TeamRequest, team: str, project: str, number: int, link: int
) -> HttpResponse:
    """End a link at once."""
    run = result_or_404(request, project, number).run
    found = get_object_or_404(links_of(run), pk=link)
    sharing.revoke(link=found, by=request.membership)
    messages.success(request, f"The link for {found.label} opens nothing any more.")
    return redirect(project_url(run.project, f"runs/{number}/share/"))
