"""How is a file sent so that no browser runs it in our origin?"""

from django.http import Http404, HttpResponse

from advisor.reports.models import Export
from advisor.reports.pages.record.files import TYPES, file_of
from advisor.reports.selectors import Result, record_name


def file_response(content: bytes, kind: str, name: str) -> HttpResponse:
    """Return a download of one of the kinds of export."""
    return _sealed(content, TYPES[kind], f'attachment; filename="{name}"')


def picture_response(svg: str | None) -> HttpResponse:
    """Return a figure to be shown in a page; 404 for none."""
    if svg is None:
        raise Http404
    return _sealed(svg.encode(), "image/svg+xml", "inline")


def record_file(result: Result, kind: str, options: str = "a4") -> HttpResponse:
    """Return a file made of the record as it stands now; 404 for an unknown kind."""
    if kind not in set(Export.Kind.values) - {Export.Kind.PDF}:
        raise Http404
    name = f"{record_name(result.run)}.{kind}"
    return file_response(file_of(result, kind, options), kind, name)


def _sealed(content: bytes, kind: str, how: str) -> HttpResponse:
    headers = {
        "Content-Disposition": how,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
    }
    return HttpResponse(content, content_type=kind, headers=headers)
