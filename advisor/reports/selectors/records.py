"""Which decision stands on a run, and which records has a team? Reads of records."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from advisor.accounts.models import Team
from advisor.reports.models import DecisionRecord
from advisor.runs.models import Run


def standing_record(run: Run) -> DecisionRecord | None:
    """Return the record to show of a run: the newest signed one, else the open one."""
    return standing_records([run.pk]).get(run.pk)


def standing_records(run_ids: Iterable[int]) -> dict[int, DecisionRecord]:
    """Return the record to show of each run that has one, in one query."""
    found: dict[int, DecisionRecord] = {}
    rows = DecisionRecord.objects.filter(run__in=list(run_ids)).select_related(
        "superseded_by"
    )
    for one in rows.order_by("number"):
        before = found.get(one.run_id)
        if before is None or one.signed_at is not None:
            found[one.run_id] = one
    return found


def records_of_run(run: Run) -> QuerySet[DecisionRecord]:
    """Return all records of a run, newest first."""
    return run.records.select_related("superseded_by").order_by("-number")


def records_of_team(team: Team, *, text: str = "") -> QuerySet[DecisionRecord]:
    """Return the records of a team, newest first; ``text`` is in name or project."""
    found = (
        DecisionRecord.objects.filter(team=team)
        .select_related(
            "superseded_by", "run__project__team", "run__recommendation", "run__setup"
        )
        .order_by("-number")
    )
    if not text:
        return found
    number = text.upper().removeprefix("RS-").lstrip("0")
    matches = (
        Q(run__project__name__icontains=text)
        | Q(model__icontains=text)
        | Q(signer_name__icontains=text)
        | Q(run__recommendation__recommended__icontains=text)
    )
    if number.isdecimal() and len(number) < 10:
        matches |= Q(number=int(number))
    return found.filter(matches)


def choice_of(document: Mapping[str, Any]) -> str | None:
    """Return which model a recommendation asks to use; None where it names none.

    That is the candidate recommended, or the reference where it is to be kept.
    """
    if document["recommended"]:
        return str(document["recommended"])
    if not document["keep_reference"]:
        return None
    references = (one for one in document["candidates"] if one["role"] == "reference")
    return next((str(one["id"]) for one in references), None)


def record_name(run: Run) -> str:
    """Return what a file of a run's record is called, without its ending."""
    record = standing_record(run)
    name = record.name.lower() if record else f"run-{run.number}"
    return f"{run.project.slug}-{name}"
