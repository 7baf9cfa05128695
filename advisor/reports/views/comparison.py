"""How is a run's comparison shown?"""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from advisor.accounts.access import TeamRequest
from advisor.accounts.models import Role
from advisor.accounts.selectors import may
from advisor.adaptations.pages.offers import offers_of
from advisor.projects.models import Project
from advisor.projects.pages.header import project_url
from advisor.reports.pages import samples, screen
from advisor.reports.pages.deciding import decide_panel
from advisor.reports.pages.what_if import what_if_of
from advisor.reports.selectors import Result, result_at
from advisor.runs.models import Run
from advisor.runs.selectors import latest_run, run_at, runs_of
from advisor.web.rendering import render_page


def run_or_404(request: TeamRequest, project: str, number: int) -> Run:
    """Return a run of the team; what belongs to another team does not exist."""
    try:
        return run_at(request.team, project, number)
    except Run.DoesNotExist as missing:
        raise Http404 from missing


def result_to_show(request: TeamRequest, project: str, number: int) -> Result | None:
    """Return the result of a run of the team, kept where it is; None before its end."""
    try:
        return result_at(request.team, project, number)
    except Run.DoesNotExist as missing:
        raise Http404 from missing


@require_safe
def project(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Lead to the latest comparison, else the current run, else the setup.

    Who may not set up anything reads that nothing has run yet.
    """
    found = get_object_or_404(Project, team=request.team, slug=project)
    decided = runs_of(found).filter(recommendation__isnull=False).first()
    if decided is not None:
        return redirect(project_url(found, f"runs/{decided.number}/compare/"))
    run = latest_run(found)
    if run is not None:
        return redirect(project_url(found, f"runs/{run.number}/"))
    able = may(request.membership, Role.EDITOR)
    return redirect(project_url(found, "setup/" if able else "runs/"))


@require_safe
def compare(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Show the comparison of a finished run, or where the run stands."""
    result = result_to_show(request, project, number)
    if result is None:
        page: Any = screen.no_comparison_page(run_or_404(request, project, number))
        return render_page(request, "reports/no_comparison.html", page)
    panel = what_if_of(result, request.GET, request.membership)
    choice = samples.Choice.of(request.GET)
    listed = samples.sample_list(result, choice, samples.open_sample(result, choice))
    decide = decide_panel(result, request.membership)
    rows = [*result.rows.values()]
    make = offers_of(result.run, rows, result.summary, request.membership)
    page = screen.comparison_page(result, listed, panel, decide, make)
    return render_page(request, "reports/comparison.html", page)
