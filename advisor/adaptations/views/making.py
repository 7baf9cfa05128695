"""How does a member have a model made, watch it and stop it?"""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.adaptations import selectors, services
from advisor.adaptations.forms import FORMS
from advisor.adaptations.models import Adaptation
from advisor.adaptations.pages.job import job_of, job_page
from advisor.adaptations.pages.listing import list_page
from advisor.adaptations.pages.starting import form_for, nothing_to_make, start_page
from advisor.projects.models import Project
from advisor.projects.pages.header import project_url
from advisor.web.rendering import render_page


def _project(request: TeamRequest, slug: str) -> Project:
    found = Project.objects.select_related("team")
    return get_object_or_404(found, team=request.team, slug=slug)


def _job(request: TeamRequest, project: str, number: int) -> Adaptation:
    found = job_of(_project(request, project), number)
    if found is None:
        raise Http404
    return found


@require_safe
def made_models(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """List the models that were made in a project."""
    page = list_page(_project(request, project), request.membership)
    return render_page(request, "adaptations/list.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Role.EDITOR, "have models made")
def start(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Ask what to make of which model, then open the job."""
    found = _project(request, project)
    setup = selectors.latest_frozen(found)
    if setup is None or setup.sample_set is None or not services.parents_of(setup):
        return render_page(request, "adaptations/start.html", nothing_to_make(found))
    setup.project = found
    asked = request.GET.get("technique", "")
    technique = asked if asked in FORMS else "fine_tune"
    form = form_for(setup, technique, request.POST, request.GET)
    if form.is_valid():
        try:
            made = services.start_adaptation(
                setup=setup, wish=form.wish(), started_by=request.user
            )
            return redirect(project_url(found, f"adaptations/{made.number}/"))
        except services.AdaptationRefused as refused:
            for problem in refused.problems:
                form.add_error(None, problem)
    page, status = start_page(setup, form), 422 if form.errors else 200
    return render_page(request, "adaptations/start.html", page, status=status)


@require_safe
def job(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Show a job as it stands; works without JavaScript by reloading."""
    page = job_page(_job(request, project, number), request.membership)
    return render_page(request, "adaptations/job.html", page)


@require_safe
def status(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Answer the poll of a job's page; 204 leaves it as it is.

    A job that has ended has other buttons, so its page is loaded again, which ends the
    polling.
    """
    page = job_page(_job(request, project, number), request.membership)
    if page.final:
        return HttpResponse(status=286, headers={"HX-Refresh": "true"})
    if request.GET.get("seen") == page.seen:
        return HttpResponse(status=204)
    return render_page(request, "adaptations/_status.html", page)


@require_POST
@needs(Role.EDITOR, "stop the making of models")
def cancel(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """End a job now."""
    found = _job(request, project, number)
    try:
        services.cancel(adaptation=found, by=request.user)
    except services.AdaptationRefused as refused:
        messages.error(request, str(refused))
    return redirect(project_url(found.project, f"adaptations/{number}/"))


@require_POST
@needs(Role.EDITOR, "set up projects")
def enter(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Put a made model into the next setup version, beside its parent."""
    found = _job(request, project, number)
    here = project_url(found.project, f"adaptations/{number}/")
    if found.state != Adaptation.State.DONE:
        messages.error(request, "There is no model yet.")
        return redirect(here)
    try:
        setup = services.enter_draft(adaptation=found, by=request.user)
    except services.AdaptationRefused as refused:
        messages.error(request, str(refused))
        return redirect(here)
    told = f"{found.key} is a candidate of version {setup.version}."
    messages.success(request, told)
    return redirect(project_url(found.project, "setup/candidates/"))
