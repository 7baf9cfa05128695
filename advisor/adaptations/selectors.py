"""Which models were, or are to be, made in a project, and who made this candidate?

Every function takes the project or something found through it: what belongs to another
team does not exist here.
"""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from advisor.adaptations.models import Adaptation, TeacherAnswer
from advisor.projects.models import Project, Setup
from advisor.projects.selectors import adapted_root

LIVE = (Adaptation.State.QUEUED, Adaptation.State.RUNNING)
BOOKS = ("spent", "reserved", "unknown", "overshoot")


def adaptations_of(project: Project) -> QuerySet[Adaptation]:
    """Return the jobs of a project, newest first."""
    found = Adaptation.objects.filter(project=project)
    return found.select_related("setup", "card", "created_by").order_by("-number")


def made_models(project: Project, folders: Iterable[str]) -> dict[str, Adaptation]:
    """Return who made the models in these folders, by folder."""
    made = Adaptation.objects.filter(
        project__team=project.team_id,
        state=Adaptation.State.DONE,
        folder__in=[one for one in folders if one],
    )
    return {one.folder: one for one in made.select_related("project__team")}


def latest_frozen(project: Project) -> Setup | None:
    """Return the newest setup version that can change no more."""
    frozen = project.setups.filter(state=Setup.State.FROZEN)
    return frozen.select_related("sample_set").order_by("-version").first()


def due_adaptations() -> QuerySet[Adaptation]:
    """Return the jobs that nobody works on, the oldest first."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    return Adaptation.objects.filter(free, state__in=LIVE).order_by("pk")


def queues_at_work() -> set[str]:
    """Return the queues of which a worker makes a model now (``MORE_AT_WORK``)."""
    held = Adaptation.objects.filter(lease_until__gt=Now())
    return {"local"} if held.exists() else set()


def work_folder(adaptation: Adaptation) -> Path:
    """Return where a job keeps what its next sitting needs."""
    return Path(settings.ADAPTED_DIR) / "work" / str(adaptation.pk)


def result_root(adaptation: Adaptation) -> Path:
    """Return the folder that holds the made models of the job's team."""
    return adapted_root(adaptation.project.team_id)


def teacher_money(month_id: int) -> dict[str, int]:
    """Return what teachers cost in a team's month, in micro, as its ledger counts.

    Keys spent, reserved, unknown and overshoot; the settings name this function
    (``MORE_SPENDING``), since runs know no adaptations.
    """
    result = dict.fromkeys(BOOKS, 0)
    rows = TeacherAnswer.objects.filter(month=month_id).values_list(
        "state", "reserved_micro", "cost_micro"
    )
    for state, reserved, cost in rows.iterator():
        if state == TeacherAnswer.State.SETTLED:
            result["spent"] += min(cost or 0, reserved)
            result["overshoot"] += max(0, (cost or 0) - reserved)
        else:
            result[str(state)] += reserved
    return result


def taught(adaptation: Adaptation) -> QuerySet[TeacherAnswer]:
    """Return what a teacher has said to tuning samples, in file order."""
    found = adaptation.answers.filter(state=TeacherAnswer.State.SETTLED)
    return found.select_related("sample").order_by(F("sample__position"))
