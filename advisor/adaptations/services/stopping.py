"""How does a job end before it is done, and what goes with a deleted team?"""

import shutil
import time
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from advisor.accounts.models import Team, User
from advisor.accounts.services import DeletionRefused, record
from advisor.adaptations.models import Adaptation
from advisor.adaptations.selectors import LIVE
from advisor.adaptations.services.errors import AdaptationRefused
from advisor.adaptations.services.finishing import clear_work
from advisor.adaptations.services.paying import drop_reserved
from advisor.projects.selectors import adapted_root
from advisor.web.clock import from_now

S = Adaptation.State
# Longer than a process that makes a model is silent before it is stopped.
NOTICE_S = 180.0


@transaction.atomic
def cancel(*, adaptation: Adaptation, by: User | None) -> Adaptation:
    """End a job now; who works on it notices within seconds and kills the work.

    Raises:
        AdaptationRefused: It has ended already.
    """
    # Before its row is locked: money is booked on the month's row first.
    drop_reserved(adaptation)
    row = Adaptation.objects.select_for_update().get(pk=adaptation.pk)
    if row.state not in LIVE:
        told = row.get_state_display().lower()
        raise AdaptationRefused([f"The job is {told} already."])
    held = row.lease_until is not None
    row.state, row.stage, row.lease_until = S.CANCELLED, "", None
    row.save(update_fields=("state", "stage", "lease_until"))
    Adaptation.objects.filter(pk=row.pk).update(finished_at=Now())
    record(
        team=adaptation.project.team,
        actor=by,
        action="adaptation.cancelled",
        target=f"{row.key} in {adaptation.project.name}",
    )
    if not held:
        clear_work(adaptation)
    return row


def clear_ended() -> None:
    """Delete the work folders of ended jobs that nobody cleared.

    Who worked on a cancelled job clears up, unless it died; whoever was given up left
    its folder behind, and a deleted team those of its jobs. Who still works is given
    time to notice the end.
    """
    root = Path(settings.ADAPTED_DIR) / "work"
    found = {int(one.name): one for one in root.glob("*") if one.name.isdigit()}
    if not found:
        return
    jobs = Adaptation.objects.filter(pk__in=found)
    ended = jobs.exclude(state__in=LIVE).filter(finished_at__lt=from_now(-NOTICE_S))
    for one in ended:
        clear_work(one)
    # Without a row only the folder can tell when somebody worked last.
    for pk in found.keys() - set(jobs.values_list("pk", flat=True)):
        if _untouched_s(found[pk]) > NOTICE_S:
            shutil.rmtree(found[pk], ignore_errors=True)


def _untouched_s(folder: Path) -> float:
    """Return for how long nothing was put into a folder; 0 where it is gone."""
    try:
        return time.time() - folder.stat().st_mtime
    except OSError:
        return 0.0


def end_with_team(*, team: Team) -> None:
    """Delete the jobs and made models of a team; DeletionRefused while one is live."""
    found = Adaptation.objects.filter(project__team=team)
    live = found.filter(state__in=LIVE).select_related("project").first()
    if live is not None:
        raise DeletionRefused(
            f"{live.key} of {live.project.name} is being made. Wait for its end, or"
            " cancel it, then delete the team."
        )
    found.delete()
    root = adapted_root(team.pk)
    if root.is_relative_to(settings.ADAPTED_DIR):
        transaction.on_commit(lambda: shutil.rmtree(root, ignore_errors=True))
