"""What do members say about a recommendation or a sample? A page of comments."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator

from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import may
from advisor.projects.models import Sample
from advisor.projects.pages.header import ProjectHeader, header_of, project_url
from advisor.reports.forms import CommentForm
from advisor.reports.models import Comment
from advisor.reports.pages.samples import sample_url
from advisor.reports.selectors import comments_of
from advisor.reports.services.commenting import may_delete
from advisor.runs.models import Run
from advisor.sizing import formats
from advisor.web.parts import Link, Paging
from advisor.web.plain import visible

PAGE = 20
READ_ONLY = "Viewers read comments. An editor can write them."


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentRow:
    """One comment; an address is there for what this member may do."""

    id: int
    author: str
    when: str
    text: str
    edit_url: str | None
    delete_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentsPage:
    """Comments on one thing, newest first, and the form for the next."""

    title: str
    header: ProjectHeader
    back: Link
    here: str
    rows: tuple[CommentRow, ...]
    total: str
    paging: Paging | None
    form: forms.Form | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentPage:
    """One's own comment, to be changed."""

    title: str
    header: ProjectHeader
    here: str
    form: forms.Form
    cancel: Link


def comments_page(
    run: Run,
    sample: Sample | None,
    member: Membership,
    *,
    number: int = 1,
    form: forms.Form | None = None,
) -> CommentsPage:
    """Return a page of comments on a run, or on one of its samples."""
    found = Paginator(comments_of(run, sample), PAGE)
    page = found.get_page(number)
    here = comments_url(run, sample)
    writes = may(member, Role.EDITOR)
    subject = f"sample {visible(sample.key)}" if sample else f"run {run.number}"
    if sample:
        back = Link("Back to the sample", sample_url(run, sample.key))
    else:
        report = project_url(run.project, f"runs/{run.number}/report/")
        back = Link("Back to the report", report)
    return CommentsPage(
        title=f"Comments on {subject}",
        header=header_of(run.project, "Comparison" if sample else "Report"),
        back=back,
        here=here,
        rows=tuple(_row(run, one, member) for one in page.object_list),
        total=formats.count(found.count, "comment"),
        paging=_paging(here, page) if found.num_pages > 1 else None,
        form=(form or CommentForm()) if writes else None,
        note="" if writes else READ_ONLY,
    )


def comment_page(comment: Comment, form: forms.Form) -> CommentPage:
    """Return the page on which its author changes a comment."""
    run = comment.run
    return CommentPage(
        title="Change your comment",
        header=header_of(run.project, "Report"),
        here=_own_url(run, comment),
        form=form,
        cancel=Link("Cancel", comments_url(run, comment.sample)),
    )


def comments_url(run: Run, sample: Sample | None) -> str:
    """Return the address of the comments on a run, or on one of its samples."""
    here = project_url(run.project, f"runs/{run.number}/comments/")
    return f"{here}?{urlencode({'sample': sample.key})}" if sample else here


def _own_url(run: Run, comment: Comment, rest: str = "") -> str:
    return project_url(run.project, f"runs/{run.number}/comments/{comment.pk}/{rest}")


def _row(run: Run, one: Comment, member: Membership) -> CommentRow:
    own = one.author_id == member.user_id and may(member, Role.EDITOR)
    edited = "" if one.edited_at is None else f", changed {_when(one.edited_at)}"
    return CommentRow(
        id=one.pk,
        author=one.author_name,
        when=f"{_when(one.created_at)}{edited}",
        text=visible(one.text),
        edit_url=_own_url(run, one) if own else None,
        delete_url=_own_url(run, one, "delete/")
        if own or may_delete(one, member)
        else None,
    )


def _when(at: datetime) -> str:
    return f"{at:%-d %b %Y, %H:%M} UTC"


def _paging(here: str, page: Page[Comment]) -> Paging:
    joint = "&" if "?" in here else "?"

    def at(number: int) -> str:
        return f"{here}{joint}page={number}"

    return Paging(
        first=page.start_index(),
        last=page.end_index(),
        total=page.paginator.count,
        previous=at(page.previous_page_number()) if page.has_previous() else None,
        next=at(page.next_page_number()) if page.has_next() else None,
    )
