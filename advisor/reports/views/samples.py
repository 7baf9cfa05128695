"""How are a run's samples listed, searched and opened?"""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from advisor.accounts.access import TeamRequest
from advisor.projects.pages.header import header_of
from advisor.reports.pages import samples
from advisor.reports.views.finding import shown_or_404
from advisor.web.rendering import render_page


@require_safe
def sample_list(
    request: TeamRequest, team: str, project: str, number: int
) -> HttpResponse:
    """Show a page of samples: the list alone for htmx, a whole page otherwise."""
    result = shown_or_404(request, project, number)
    choice = samples.Choice.of(request.GET)
    found = samples.sample_list(result, choice)
    page = samples.SamplesPage(
        title="Samples",
        header=header_of(result.run.project, "Comparison"),
        samples=found,
    )
    if not request.headers.get("HX-Request"):
        return render_page(request, "reports/samples.html", page)
    response = render_page(request, "reports/_sample_list.html", page)
    response["HX-Push-Url"] = samples.compare_url(result.run, choice.query())
    return response


@require_safe
def sample(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Show one sample with every answer: below the list for htmx, else by itself."""
    result = shown_or_404(request, project, number)
    choice = samples.Choice.of(request.GET)
    page = samples.open_sample(result, choice)
    if page is None:
        raise Http404
    if not request.headers.get("HX-Request"):
        return render_page(request, "reports/sample.html", page)
    response = render_page(request, "reports/_sample.html", page)
    response["HX-Push-Url"] = samples.compare_url(result.run, choice.query())
    return response
