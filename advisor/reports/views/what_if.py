"""How are other limits tried on a finished run, and kept as the next version?"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.projects import services as projects
from advisor.projects.pages.wizard import step_url
from advisor.reports.pages import what_if as pages
from advisor.reports.selectors import Result, result_of
from advisor.reports.views.comparison import run_or_404
from advisor.web.rendering import render_page


def _result(request: TeamRequest, project: str, number: int) -> Result:
    result = result_of(run_or_404(request, project, number))
    if result is None:
        raise Http404
    return result


@require_safe
def what_if(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Answer at once what other limits would give; nothing is stored."""
    result = _result(request, project, number)
    form = pages.form_of(result, request.GET)
    page = pages.result_of_limits(result, form, request.membership, drawn=True)
    return render_page(request, "reports/_what_if_answer.html", page)


@require_POST
@needs(Role.EDITOR, "set up projects")
def save(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Copy the limits that were tried into the draft of the next setup version."""
    result = _result(request, project, number)
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
