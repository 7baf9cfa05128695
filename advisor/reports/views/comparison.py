"""How are a run's comparison and its samples shown?"""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from advisor.accounts.access import TeamRequest
from advisor.projects.models import Project, Sample
from advisor.projects.pages.header import header_of, project_url
from advisor.reports.pages import samples, screen
from advisor.reports.pages.what_if import what_if_of
from advisor.reports.selectors import result_of
from advisor.runs.models import Run
from advisor.runs.selectors import latest_run, runs_of, sample_of
from advisor.web.rendering import render_page


def run_or_404(request: TeamRequest, project: str, number: int) -> Run:
    """Return a run of the team; what belongs to another team does not exist."""
    found = get_object_or_404(Project, team=request.team, slug=project)
    return get_object_or_404(runs_of(found), number=number)


@require_safe
def project(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Lead to the latest comparison, else the current run, else the setup."""
    found = get_object_or_404(Project, team=request.team, slug=project)
    decided = runs_of(found).filter(recommendation__isnull=False).first()
    if decided is not None:
        return redirect(project_url(found, f"runs/{decided.number}/compare/"))
    run = latest_run(found)
    if run is not None:
        return redirect(project_url(found, f"runs/{run.number}/"))
    return redirect(project_url(found, "setup/"))


@require_safe
def compare(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Show the comparison of a finished run, or where the run stands."""
    run = run_or_404(request, project, number)
    result = result_of(run)
    if result is None:
        page: Any = screen.no_comparison_page(run)
        return render_page(request, "reports/no_comparison.html", page)
    panel = what_if_of(result, request.GET, request.membership)
    page = screen.comparison_page(result, samples.sample_list(run), panel)
    return render_page(request, "reports/comparison.html", page)


@require_safe
def sample_list(
    request: TeamRequest, team: str, project: str, number: int
) -> HttpResponse:
    """Show a page of samples: the list alone for htmx, a whole page otherwise."""
    run = run_or_404(request, project, number)
    show = request.GET.get("show", "all")
    page_number = request.GET.get("page", "1")[:9]
    found = samples.sample_list(
        run,
        show=samples.show_of(show),
        number=int(page_number) if page_number.isdecimal() else 1,
    )
    if request.headers.get("HX-Request"):
        return render(request, "reports/_samples.html", {"list": found})
    page = samples.SamplesPage(
        title="Samples", header=header_of(run.project, "Comparison"), samples=found
    )
    return render_page(request, "reports/samples.html", page)


@require_safe
def sample(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Show one sample with every answer side by side."""
    run = run_or_404(request, project, number)
    key = request.GET.get("key", "")
    if "\x00" in key:  # PostgreSQL refuses to look for a NUL
        raise Http404
    try:
        found = sample_of(run, key)
    except Sample.DoesNotExist:
        raise Http404 from None
    return render_page(
        request, "reports/sample.html", samples.sample_detail(run, found)
    )
