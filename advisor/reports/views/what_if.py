"""How are other limits tried on a finished run, and kept as the next version?"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.projects import services as projects
from advisor.projects.pages.header import project_url
from advisor.projects.pages.wizard import step_url
from advisor.reports.pages import what_if as pages
from advisor.reports.views.finding import result_or_404, shown_or_404
from advisor.web.rendering import render_page


@require_safe
def what_if(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Answer at once what other limits would give; nothing is stored.

    Opened by itself, it leads to the comparison with the same limits tried.
    """
    result = shown_or_404(request, project, number)
    if not request.headers.get("HX-Request"):
        there = project_url(result.run.project, f"runs/{number}/compare/")
        return redirect(f"{there}?{request.GET.urlencode()}#what-if-h")
    page = pages.tried_result(result, request.GET, request.membership)
    return render_page(request, "reports/_what_if_answer.html", page)


@require_POST
@needs(Role.EDITOR, "set up projects")
def save(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Copy the limits that were tried into the draft of the next setup version."""
    result = result_or_404(request, project, number)
    form = pages.form_of(result, request.POST)
    if not form.is_valid():
        page = pages.result_of_limits(result, form, request.membership)
        return render_page(request, "reports/_what_if_result.html", page, status=422)
    draft = projects.open_draft(project=result.run.project, opened_by=request.user)
    projects.move_limits(setup=draft, limits=form.limits())
    messages.success(
        request, f"Setup version {draft.version} has the limits that you tried."
    )
    return redirect(step_url(draft, "review"))
