"""How does a reader get the PDF and the JSON of a run?"""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from advisor.accounts.access import TeamRequest
from advisor.projects.pages.header import project_url
from advisor.reports.models import Export
from advisor.reports.pages.export import report_page
from advisor.reports.selectors import result_of
from advisor.reports.services import exports
from advisor.reports.views.comparison import run_or_404
from advisor.runs.models import Run
from advisor.web.rendering import render_page


def _finished_run(request: TeamRequest, project: str, number: int) -> Run:
    run = run_or_404(request, project, number)
    if result_of(run) is None:
        raise Http404
    return run


@require_http_methods(["GET", "HEAD", "POST"])
def report(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Show where the PDF stands; POST asks for it."""
    run = _finished_run(request, project, number)
    if request.method == "POST":
        exports.request_export(run=run, requested_by=request.user)
        return redirect(project_url(run.project, f"runs/{number}/report/"))
    export = run.exports.defer("content").order_by("-pk").first()
    page = report_page(run, export)
    if not request.headers.get("HX-Request"):
        return render_page(request, "reports/report.html", page)
    # 286 tells htmx to stop asking.
    status = 200 if page.preparing else 286
    return render_page(request, "reports/_report.html", page, status=status)


@require_safe
def pdf(request: TeamRequest, team: str, project: str, number: int) -> HttpResponse:
    """Send the stored PDF."""
    run = _finished_run(request, project, number)
    export = run.exports.filter(state=Export.State.READY).first()
    if export is None or export.content is None:
        raise Http404
    name = f"{run.project.slug}-run-{run.number}.pdf"
    return _file(bytes(export.content), "application/pdf", name)


@require_safe
def document(
    request: TeamRequest, team: str, project: str, number: int
) -> HttpResponse:
    """Send the recommendation as the JSON that was stored."""
    run = _finished_run(request, project, number)
    name = f"{run.project.slug}-run-{run.number}.json"
    content = run.recommendation.document.encode()
    return _file(content, "application/json", name)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    """Return a download that no browser runs in our origin."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
    }
    return HttpResponse(content, content_type=kind, headers=headers)
