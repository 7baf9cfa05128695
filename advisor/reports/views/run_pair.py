"""How are two runs of a project compared, sample by sample?"""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from advisor.accounts.access import TeamRequest
from advisor.projects.models import Project
from advisor.reports.pages.run_pair import nothing_to_pair, run_pair_page
from advisor.reports.selectors import Result, result_of
from advisor.runs.models import Run
from advisor.runs.selectors import runs_of
from advisor.web.rendering import render_page


@require_safe
def compare_runs(request: TeamRequest, team: str, project: str) -> HttpResponse:
    """Show two finished runs side by side: those of the address, else the last two."""
    found = get_object_or_404(Project, team=request.team, slug=project)
    runs = list(runs_of(found).filter(recommendation__isnull=False)[:50])
    if len(runs) < 2:
        page = nothing_to_pair(found)
    else:
        first = _result(runs, request.GET.get("a", ""), runs[1])
        second = _result(runs, request.GET.get("b", ""), runs[0])
        page = run_pair_page(first, second, runs, request.GET)
    return render_page(request, "reports/run_pair.html", page)


def _result(runs: list[Run], asked: str, usual: Run) -> Result:
    """Return the result of the run with the number that is asked for."""
    named = {str(run.number): run for run in runs}
    if asked and asked not in named:
        raise Http404
    result = result_of(named[asked] if asked else usual)
    if result is None:
        raise Http404
    return result
