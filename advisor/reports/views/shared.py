"""What does somebody with a link see? One report, read-only, and nothing of the team.

A link that ended, was revoked or never existed answers as any address that leads
nowhere. No cache keeps the page, no search engine lists it, no other site learns its
address.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, cast

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_safe

from advisor.reports.models import Export, ShareLink
from advisor.reports.pages.record.drawing import figure_svg
from advisor.reports.pages.sharing import shared_page
from advisor.reports.selectors import Result, export_for, options_of, result_of
from advisor.reports.services import exports
from advisor.reports.services.rating import TooMany, count_visit
from advisor.reports.services.sharing import open_link
from advisor.reports.views.files import file_response, picture_response, record_file
from advisor.web.rendering import render_page

P = ParamSpec("P")
OPTIONS = options_of("a4", shared=True)


def unlisted(
    view: Callable[P, HttpResponse],
) -> Callable[P, HttpResponse]:
    """Let a few requests a minute pass, and keep the answer to its reader alone."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request = cast(HttpRequest, args[0])
        try:
            count_visit(str(request.META.get("REMOTE_ADDR")))
            response = view(*args, **kwargs)
        except Http404:
            response = render(request, "reports/shared_nowhere.html", status=404)
        except TooMany as many:
            response = render(request, "reports/shared_too_many.html", status=429)
            response.headers["Retry-After"] = str(many.seconds)
        add_never_cache_headers(response)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return guarded


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """Show the report behind a link; POST asks for its PDF."""
    link, result = _opened(token)
    if request.method == "POST":
        exports.request_export(run=link.run, requested_by=None, options=OPTIONS)
        return redirect(request.path)
    pdf = export_for(link.run, Export.Kind.PDF, OPTIONS)
    page = shared_page(result, link, request.path, pdf)
    return render_page(request, "reports/shared.html", page)


@login_not_required
@require_safe
@unlisted
def figure(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """Send a figure of the report."""
    _, result = _opened(token)
    return picture_response(figure_svg(result, name))


@login_not_required
@require_safe
@unlisted
def file(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """Send the report as a file: no names, no samples in it either."""
    link, result = _opened(token)
    if kind != Export.Kind.PDF:
        return record_file(result, kind, OPTIONS)
    pdf = export_for(link.run, kind, OPTIONS)
    if pdf is None or pdf.content is None:
        raise Http404
    return file_response(bytes(pdf.content), kind, f"{link.run.project.slug}.pdf")


def _opened(token: str) -> tuple[ShareLink, Result]:
    link = open_link(token, timezone.now())
    result = None if link is None else result_of(link.run)
    if link is None or result is None:
        raise Http404
    return link, result
