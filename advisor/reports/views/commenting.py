"""How are comments read, written, changed and taken away?"""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from advisor.accounts.access import TeamRequest, needs
from advisor.accounts.models import Role
from advisor.accounts.selectors import may
from advisor.projects.models import Sample
from advisor.reports.forms import CommentForm
from advisor.reports.models import Comment
from advisor.reports.pages.commenting import (
    comment_page,
    comments_page,
    comments_url,
)
from advisor.reports.services import commenting
from advisor.reports.services.commenting import CommentRefused
from advisor.reports.views.finding import page_number, result_or_404
from advisor.runs.models import Run
from advisor.web.rendering import render_page

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@read_or_post
def comments(
    request: TeamRequest, team: str, project: str, number: int
) -> HttpResponse:
    """Show comments on a run or one of its samples; POST adds one."""
    run = result_or_404(request, project, number).run
    sample = _sample(request, run)
    form = None
    if request.method == "POST":
        if not may(request.membership, Role.EDITOR):
            raise PermissionDenied("Viewers read comments. Ask an editor to write it.")
        form = CommentForm(request.POST)
        if form.is_valid():
            text = form.cleaned_data["text"]
            commenting.write_comment(
                run=run, sample=sample, text=text, by=request.membership
            )
            return redirect(comments_url(run, sample))
    at = page_number(request)
    page = comments_page(run, sample, request.membership, number=at, form=form)
    if request.headers.get("HX-Request"):
        return render(request, "reports/_comments.html", {"page": page})
    status = 200 if form is None else 422
    return render_page(request, "reports/comments.html", page, status=status)


@read_or_post
@needs(Role.EDITOR, "write comments")
def comment(
    request: TeamRequest, team: str, project: str, number: int, comment: int
) -> HttpResponse:
    """Show one's own comment to change it; POST changes it."""
    found = _comment(request, project, number, comment)
    if found.author_id != request.user.pk:
        raise Http404
    form = CommentForm(request.POST or None, initial={"text": found.text})
    if form.is_valid():
        text = form.cleaned_data["text"]
        commenting.edit_comment(comment=found, text=text, by=request.membership)
        return redirect(comments_url(found.run, found.sample))
    status = 422 if form.is_bound else 200
    page = comment_page(found, form)
    return render_page(request, "reports/comment.html", page, status=status)


@require_POST
@needs(Role.EDITOR, "delete comments")
def delete(
    request: TeamRequest, team: str, project: str, number: int, comment: int
) -> HttpResponse:
    """Take a comment away: one's own, or as an admin anybody's."""
    found = _comment(request, project, number, comment)
    back = comments_url(found.run, found.sample)
    try:
        commenting.delete_comment(comment=found, by=request.membership)
    except CommentRefused as refusal:
        raise PermissionDenied(str(refusal)) from None
    return redirect(back)


def _sample(request: TeamRequest, run: Run) -> Sample | None:
    """Return the sample that the address names; None for the run as a whole."""
    key = request.GET.get("sample", "")
    if not key:
        return None
    if "\x00" in key:  # PostgreSQL refuses to look for a NUL
        raise Http404
    return get_object_or_404(Sample, sample_set_id=run.setup.sample_set_id, key=key)


def _comment(request: TeamRequest, project: str, number: int, pk: int) -> Comment:
    run = result_or_404(request, project, number).run
    return get_object_or_404(
        run.comments.select_related("run__project__team", "sample"), pk=pk
    )
