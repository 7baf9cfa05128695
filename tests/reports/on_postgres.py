"""What may be numbered and signed at once? Prints what went wrong, else nothing.

A program of its own, with DATABASE_URL of an empty PostgreSQL: twenty finished runs get
their record at once, then twenty editors sign the same recommendation at once.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from advisor.accounts import services
from advisor.accounts.models import Membership, Role
from advisor.reports.models import DecisionRecord
from advisor.reports.services import deciding, numbering
from advisor.reports.services.deciding import DecisionRefused, Signature
from advisor.runs.models import Run, StoredRecommendation
from tests.people import person
from tests.runs.finished import finished

MANY = 20


def at_once(deeds: list[Callable[[], object]]) -> list[object]:
    """Do all at once, each on a connection of its own; return what each gave."""

    def alone(deed: Callable[[], object]) -> object:
        try:
            return deed()
        except DecisionRefused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(alone, deeds))


def copies(run: Run) -> Iterator[Run]:
    """Make nineteen more finished runs, rows alone."""
    stored = run.recommendation
    yield run
    for number in range(2, MANY + 1):
        again = Run.objects.get(pk=run.pk)
        again.pk, again.number = None, number
        again.save(force_insert=True)
        StoredRecommendation.objects.create(
            run=again,
            outcome=stored.outcome,
            recommended=stored.recommended,
            sentence=stored.sentence,
            document=stored.document,
            sha256=stored.sha256,
        )
        yield again


def wrong() -> Iterator[str]:
    alice = person("alice")
    team = services.create_team(name="Team Atlas", owner=alice)
    runs = list(copies(finished(team)))
    at_once([lambda run=run: numbering.open_record(run=run) for run in runs * 2])
    numbers = sorted(DecisionRecord.objects.values_list("number", flat=True))
    if numbers != list(range(1, MANY + 1)):
        yield f"numbers have gaps or twins: {numbers}"
    signature = Signature(
        verdict=DecisionRecord.Verdict.ACCEPTED,
        reason="",
        name="Somebody",
        role="Editor",
        revisit_by=timezone.now().date() + timedelta(days=9),
    )
    members = []
    for place in range(MANY):
        user = person(f"editor{place}")
        members.append(
            Membership.objects.create(team=team, user=user, role=Role.EDITOR)
        )

    def sign(by: Membership) -> Callable[[], object]:
        return lambda: deciding.sign(run=runs[0], signature=signature, by=by, seen=0)

    answers = at_once([sign(by) for by in members])
    refused = sum(isinstance(one, DecisionRefused) for one in answers)
    if refused != MANY - 1:
        yield f"{MANY - refused} of {MANY} signed the same record"
    if DecisionRecord.objects.count() != MANY:
        yield "a refused signature left a record behind"


def main() -> None:
    for told in wrong():
        print(told)
