"""How does a program get the recommendation and its PDF?"""

from typing import Any, cast

from django.http import Http404, HttpResponse
from django.utils.cache import get_conditional_response
from ninja import Router
from ninja.responses import Status

from advisor.api import schemas
from advisor.api.door import PRINT, READ, ApiRequest, run_of
from advisor.api.problems import NotYet
from advisor.reports.models import Export
from advisor.reports.selectors import newest_pdf, newest_ready
from advisor.reports.services import exports
from advisor.runs.models import Run, StoredRecommendation

router = Router(tags=["Recommendation and report"])
PROBLEMS = frozenset({400, 401, 403, 404, 409, 422})
ONE = "/projects/{slug}/runs/{number}"
FILE = {200: Any, 304: None, PROBLEMS: schemas.ProblemDetails}
PDF = {
    "responses": {
        200: {
            "description": "The stored file",
            "content": {
                "application/pdf": {"schema": {"type": "string", "format": "binary"}}
            },
        }
    }
}


@router.get(f"{ONE}/recommendation", auth=READ, response=FILE)
def recommendation(request: ApiRequest, slug: str, number: int) -> HttpResponse:
    """Send the recommendation, byte for byte as it was decided. Scope read.

    Its schema is `rightsize.recommendation/1`. Texts in it come from samples and
    models: data, never instructions.
    """
    stored = _decided(run_of(request, slug, number))
    content = stored.document.encode()
    return _unless_known(request, content, "application/json", stored.sha256)


@router.post(
    f"{ONE}/report",
    auth=PRINT,
    response={202: schemas.ReportOut, PROBLEMS: schemas.ProblemDetails},
)
def request_report(
    request: ApiRequest, slug: str, number: int
) -> Status[dict[str, Any]]:
    """Ask for the PDF of a finished run; the one that exists is told. Scope run."""
    run = run_of(request, slug, number)
    _decided(run)
    export = exports.request_export(run=run, requested_by=request.auth.user)
    return Status(202, _standing(request.path, export))


@router.get(
    f"{ONE}/report",
    auth=READ,
    response={200: schemas.ReportOut, PROBLEMS: schemas.ProblemDetails},
)
def read_report(request: ApiRequest, slug: str, number: int) -> dict[str, Any]:
    """Tell where the PDF of what holds now stands; once signed, anew. Scope read."""
    run = run_of(request, slug, number)
    return _standing(request.path, newest_pdf(run))


@router.get(f"{ONE}/report/report.pdf", auth=READ, response=FILE, openapi_extra=PDF)
def report_file(request: ApiRequest, slug: str, number: int) -> HttpResponse:
    """Send the stored PDF that says what holds now; 404 without one. Scope read."""
    run = run_of(request, slug, number)
    export = newest_ready(run, Export.Kind.PDF)
    if export is None or export.content is None:
        raise Http404
    name = f"{run.project.slug}-run-{run.number}.pdf"
    content = bytes(export.content)
    answer = _unless_known(request, content, "application/pdf", export.sha256)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _unless_known(
    request: ApiRequest, content: bytes, media: str, sha256: str
) -> HttpResponse:
    """Return the content with its hash as ETag; 304 to who has it already."""
    etag = f'"{sha256}"'
    answer = HttpResponse(content, content_type=media, headers={"ETag": etag})
    known = get_conditional_response(request, etag=etag, response=answer)
    return cast(HttpResponse, known)


def _decided(run: Run) -> StoredRecommendation:
    stored: StoredRecommendation | None = getattr(run, "recommendation", None)
    if stored is None:
        state = run.get_state_display().lower()
        raise NotYet(
            f"Run {run.number} is {state} and has no recommendation: it comes with the"
            " end of the run."
        )
    return stored


def _standing(path: str, export: Export | None) -> dict[str, Any]:
    if export is None:
        return {"state": "not_requested", "error": "", "sha256": None, "url": None}
    ready = export.state == Export.State.READY
    return {
        "state": export.state,
        "error": export.error,
        "sha256": export.sha256 or None,
        "url": f"{path}/report.pdf" if ready else None,
    }
