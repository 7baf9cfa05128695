"""How does a reader get the report of a run, on screen and as a file?"""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_safe

from advisor.accounts.access import TeamRequest
from advisor.projects.pages.header import project_url
from advisor.reports.forms import ExportForm
from advisor.reports.models import Export
from advisor.reports.pages.export import pdf_state, report_page
from advisor.reports.pages.record.drawing import figure_svg
from advisor.reports.selectors import export_for, newest_ready, record_name
from advisor.reports.services import exports
from advisor.reports.tasks import make_export
from advisor.reports.views.files import file_response, picture_response, record_file
from advisor.reports.views.finding import result_or_404
from advisor.runs.models import Run
from advisor.web.rendering import render_page

Kind = Export.Kind


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Show the report and where its PDF stands; POST asks for a file."""
    result = result_or_404(request, project, number)
    run = result.run
    form = ExportForm(request.POST if request.method == "POST" else request.GET)
    kind, options = form.wanted()
    if request.method == "POST":
        export = exports.request_export(
            run=run, requested_by=request.user, kind=kind, options=options
        )
        return redirect(_after(run, export, form))
    pdf = pdf_state(run, export_for(run, Kind.PDF, options), form)
    if request.headers.get("HX-Request"):
        # 286 tells htmx to stop asking.
        status = 200 if pdf.preparing else 286
        return render_page(request, "reports/_report.html", pdf, status=status)
    page = report_page(result, pdf, request.membership)
    return render_page(request, "reports/report.html", page)


@require_safe
def stored(
    request: TeamRequest, team: str, project: str, number: int, export: int
) -> HttpResponse:
    """Send a stored file, byte for byte as it was made."""
    run = result_or_404(request, project, number).run
    found = get_object_or_404(run.exports, pk=export, state=Export.State.READY)
    return _sent(found)


@require_safe
def file(
    request: TeamRequest, team: str, project: str, number: int, kind: str
) -> HttpResponse:
    """Send the PDF of what holds now; any other form is made as the record stands."""
    result = result_or_404(request, project, number)
    if kind != Kind.PDF:
        return _taken(request, result.run, record_file(result, kind), kind)
    found = newest_ready(result.run, kind)
    if found is None:
        raise Http404
    return _sent(found)


@require_safe
def figure(
    request: TeamRequest, team: str, project: str, number: int, name: str
) -> HttpResponse:
    """Send a figure of the report, as the paper has it."""
    return picture_response(figure_svg(result_or_404(request, project, number), name))


@require_safe
def document(
    request: TeamRequest, team: str, project: str, number: int
) -> HttpResponse:
    """Send the recommendation as the JSON that was stored."""
    run = result_or_404(request, project, number).run
    name = f"{run.project.slug}-run-{run.number}.json"
    answer = file_response(run.recommendation.document.encode(), Kind.JSON, name)
    return _taken(request, run, answer, Kind.JSON)


def _taken(
    request: TeamRequest, run: Run, answer: HttpResponse, kind: str
) -> HttpResponse:
    """Return the file, remembered where its content goes out: HEAD takes nothing."""
    if request.method == "GET":
        exports.remember_taken(run=run, by=request.user, kind=str(kind))
    return answer


def _after(run: Run, export: Export, form: ExportForm) -> str:
    """Return where the reader finds what they asked for."""
    here = project_url(run.project, f"runs/{run.number}/report/")
    if export.kind == Kind.PDF:
        chosen = form.chosen()
        return f"{here}?{chosen}" if chosen else here
    make_export(export.pk)
    return f"{here}files/{export.pk}/"


def _sent(export: Export) -> HttpResponse:
    name = f"{record_name(export.run)}.{export.kind}"
    return file_response(bytes(export.content or b""), export.kind, name)
