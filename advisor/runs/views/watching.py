"""How does a member watch and steer a run?"""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.projects.models import Project
from advisor.projects.pages.header import project_url
from advisor.runs import pages, services
from advisor.runs.forms import CapForm
from advisor.runs.models import Run
from advisor.runs.selectors import runs_of
from advisor.runs.services.remembering import remember
from advisor.web.rendering import render_page

STEPS: dict[str, Callable[..., Run]] = {
    "pause": services.pause,
    "resume": services.resume,
    "cancel": services.cancel,
    "retry": services.retry_failed,
    "others": services.run_others,
}


def _run_or_404(request: TeamRequest, project: str, number: int) -> Run:
    found = get_object_or_404(Project, team=request.team, slug=project)
    return get_object_or_404(runs_of(found), number=number)


@require_safe
def runs(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """List the runs of a project."""
    found = get_object_or_404(Project, team=request.team, slug=project)
    return render_page(request, "runs/runs.html", pages.runs_page(found))


@require_safe
def run(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Show a run as it stands; works without JavaScript by reloading."""
    found = _run_or_404(request, project, number)
    page = pages.run_page(found, request.membership)
    return render_page(request, "runs/run.html", page)


@require_safe
def status(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Answer the poll of a run's page; 286 tells htmx that nothing more will change."""
    found = _run_or_404(request, project, number)
    page = pages.run_page(found, request.membership)
    code = 286 if page.final else 200
    return render_page(request, "runs/_status.html", page, status=code)


@require_POST
@needs(Role.EDITOR, "steer runs")
def step(
    request: TeamRequest, team: str, project: str, number: int, verb: str
) -> HttpResponse:
    """Pause, resume, cancel, retry what failed, or run the others too."""
    found = _run_or_404(request, project, number)
    try:
        STEPS[verb](run=found)
    except services.RunRefused as refusal:
        messages.error(request, str(refusal))
    else:
        remember(run=found, by=request.user, verb=verb)
    return redirect(project_url(found.project, f"runs/{number}/"))


@require_POST
@needs(Role.EDITOR, "raise a run's cap")
def raise_cap(
    request: TeamRequest, team: str, project: str, number: int
) -> HttpResponse:
    """Set a new cap; a run that stopped at the old one goes on."""
    found = _run_or_404(request, project, number)
    form = CapForm(request.POST)
    if form.is_valid():
        try:
            services.raise_cap(run=found, cap_usd=form.cleaned_data["cap_usd"])
        except services.RunRefused as refusal:
            form.add_error("cap_usd", str(refusal))
    if not form.errors:
        remember(run=found, by=request.user, verb="raise_cap")
        return redirect(project_url(found.project, f"runs/{number}/"))
    page = pages.run_page(found, request.membership, form)
    return render_page(request, "runs/run.html", page, status=422)
