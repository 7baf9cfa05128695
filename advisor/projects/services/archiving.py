"""How does a project leave the list, and come back? By a date; nothing is deleted."""

from django.db import transaction
from django.utils import timezone

from advisor.accounts import services as accounts
from advisor.accounts.models import Membership
from advisor.projects.models import Project


@transaction.atomic
def archive(*, project: Project, by: Membership) -> None:
    """Take a project out of the list; its runs and records stay to be read."""
    now = timezone.now()
    open_ones = Project.objects.filter(pk=project.pk, archived_at__isnull=True)
    if open_ones.update(archived_at=now):
        _remember(project, by, "project.archived")


@transaction.atomic
def restore(*, project: Project, by: Membership) -> None:
    """Put an archived project back into the list."""
    archived = Project.objects.filter(pk=project.pk, archived_at__isnull=False)
    if archived.update(archived_at=None):
        _remember(project, by, "project.restored")


def _remember(project: Project, by: Membership, action: str) -> None:
    accounts.record(team=by.team, actor=by.user, action=action, target=project.name)
