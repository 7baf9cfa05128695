"""Which decision stands on a run, and which records has a team? Reads of records."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from advisor.accounts.models import Team
from advisor.reports.models import DecisionRecord
from advisor.runs.models import Run


class Mark(NamedTuple):
    """What a list says of a run's record: whether it was decided, how, until when.

    ``model`` is the one that was decided about.
    """

    run_id: int
    number: int
    verdict: str
    model: str
    signed_at: datetime | None
    revisit_by: date | None
    superseded_by_id: int | None

    @property
    def name(self) -> str:
        """Return what the record is called."""
        return DecisionRecord.name_of(self.number)


def marks_of(team: Team) -> dict[int, Mark]:
    """Return the record to show of each of a team's runs that has one: one query."""
    rows = DecisionRecord.objects.filter(team=team).order_by("number")
    found: dict[int, Mark] = {}
    for row in rows.values_list(*Mark._fields):
        mark = Mark(*row)
        if mark.run_id not in found or mark.signed_at is not None:
            found[mark.run_id] = mark
    return found


def standing_record(run: Run) -> DecisionRecord | None:
    """Return the record to show of a run: the newest signed one, else the open one."""
    rows = DecisionRecord.objects.filter(run=run).select_related("superseded_by")
    found: DecisionRecord | None = None
    for one in rows.order_by("number"):
        if found is None or one.signed_at is not None:
            found = one
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


def moved_on(record: DecisionRecord | Mark | None, choice: str | None) -> str:
    """Return the sentence of a decision about a model that the run names no more.

    A run goes on when what failed is asked again; ``choice`` is what it says by now.
    Empty while the decision is about that.
    """
    if record is None or record.signed_at is None or record.superseded_by_id:
        return ""
    if record.model == (choice or ""):
        return ""
    return (
        f"{record.name} was signed on {record.model}. The run went on since, and names"
        f" {choice or 'no model'} now. Decide anew."
    )


def record_name(run: Run) -> str:
    """Return what a file of a run's record is called, without its ending."""
    record = standing_record(run)
    name = record.name.lower() if record else f"run-{run.number}"
    return f"{run.project.slug}-{name}"
