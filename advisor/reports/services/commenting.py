"""How do members talk about a recommendation? In plain text, each about their own."""

from django.db import transaction
from django.utils import timezone

from advisor.accounts import services as accounts
from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import may
from advisor.projects.models import Sample
from advisor.reports.models import Comment
from advisor.runs.models import Run


class CommentRefused(PermissionError):
    """A change of a comment that is somebody else's."""


def write_comment(
    *, run: Run, sample: Sample | None, text: str, by: Membership
) -> Comment:
    """Say something about a run's recommendation, or about one sample of it."""
    return Comment.objects.create(
        run=run,
        sample=sample,
        text=text,
        author=by.user,
        author_name=str(by.user)[:120],
    )


def edit_comment(*, comment: Comment, text: str, by: Membership) -> None:
    """Change one's own words; the time of the change is shown.

    Raises:
        CommentRefused: The words are somebody else's.
    """
    if comment.author_id != by.user_id:
        raise CommentRefused("Only its author can change a comment.")
    if text != comment.text:
        Comment.objects.filter(pk=comment.pk).update(
            text=text, edited_at=timezone.now()
        )


@transaction.atomic
def delete_comment(*, comment: Comment, by: Membership) -> None:
    """Take a comment away: one's own, or as an admin anybody's, which is remembered.

    Raises:
        CommentRefused: The words are somebody else's.
    """
    if not may_delete(comment, by):
        raise CommentRefused("Only its author or an admin can delete a comment.")
    comment.delete()
    accounts.record(
        team=by.team,
        actor=by.user,
        action="comment.deleted",
        target=f"{comment.run.project.name}, run {comment.run.number}",
        detail={"of": comment.author_name},
    )


def may_delete(comment: Comment, by: Membership) -> bool:
    """Say whether a member may take a comment away."""
    return comment.author_id == by.user_id or may(by, Role.ADMIN)
