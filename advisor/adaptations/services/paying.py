"""May a teacher be asked, and what did it cost? The books of paid teachers.

A call that is paid by the token is reserved at its worst price before it is sent,
against the job's own cap and the team's month, and settled by what it cost. What may
have been billed without an answer is kept as unknown and counts against both.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from advisor.accounts.models import TeamMonth
from advisor.accounts.services import locked_month
from advisor.adaptations.models import Adaptation, TeacherAnswer
from advisor.adaptations.services.candidates import Entry
from advisor.adaptations.services.errors import TeacherStopped
from advisor.engines.base import Answer, Prompt
from advisor.engines.text import most_tokens
from advisor.projects.models import Setup
from advisor.runs.services.money import rest_of, worst_price_micro
from advisor.runs.services.pricing import Price
from advisor.runs.services.specs import spec_of

A = TeacherAnswer.State


def price_of_teacher(setup: Setup, teacher: Entry) -> Price | None:
    """Return what an endpoint asks for its tokens, None where it asks nothing known."""
    if teacher.get("engine") != "openai":
        return None
    price = Price.of(spec_of(teacher, setup))
    return price if price is not None and price.by_token else None


@transaction.atomic
def reserve(
    adaptation: Adaptation, prompts: Mapping[str, Prompt], price: Price | None
) -> None:
    """Put the worst price of some calls aside. Raises TeacherStopped at a cap."""
    worst = {pk: _worst(one, price) for pk, one in prompts.items()}
    total, month = sum(worst.values()), None
    if price is not None:
        month = locked_month(adaptation.project.team_id)
        row = Adaptation.objects.select_for_update().get(pk=adaptation.pk)
        rest = (row.teacher_cap_micro or 0) - _held(row)
        left = rest_of(month)
        if total > rest or (left is not None and total > left):
            whose = "this job" if total > rest else "the team's month"
            raise TeacherStopped(
                f"The next calls to the teacher could pass the cap of"
                f" {whose}. Raise it, then start anew; what was answered is kept"
                " with this job."
            )
        _book(month, reserved=total)
    TeacherAnswer.objects.bulk_create(
        TeacherAnswer(
            adaptation=adaptation,
            sample_id=int(pk),
            month=month,
            reserved_micro=micro,
        )
        for pk, micro in worst.items()
    )


@transaction.atomic
def settle(adaptation: Adaptation, answer: Answer, price: Price | None) -> None:
    """Keep an answer, or that none came, with what it cost."""
    row = TeacherAnswer.objects.select_for_update().get(
        adaptation=adaptation, sample=int(answer.prompt_id)
    )
    if row.state != A.RESERVED:
        return
    if answer.output is None:
        row.state = A.UNKNOWN
        row.problem = answer.failure.message[:300] if answer.failure else ""
    else:
        row.state, row.output = A.SETTLED, answer.output
        row.cost_micro = _cost(answer, price, row.reserved_micro)
    row.answered_at = timezone.now()
    row.save()
    _close(row, adaptation.pk)


def drop_reserved(adaptation: Adaptation) -> None:
    """Give up calls whose answer never came: they may have been billed."""
    with transaction.atomic():
        for row in adaptation.answers.select_for_update().filter(state=A.RESERVED):
            row.state, row.answered_at = A.UNKNOWN, timezone.now()
            row.problem = "The work was interrupted before the answer came."
            row.save()
            _close(row, adaptation.pk)


def _worst(prompt: Prompt, price: Price | None) -> int:
    if price is None:
        return 0
    return worst_price_micro(
        prompt_tokens=most_tokens(prompt.text),
        max_output_tokens=prompt.max_output_tokens,
        input_per_1m=price.input_per_1m or 0.0,
        output_per_1m=price.output_per_1m or 0.0,
    )


def _cost(answer: Answer, price: Price | None, reserved: int) -> int:
    """Return what a call cost in micro; its worst price where the server tells none."""
    if price is None:
        return 0
    cost = price.cost_micro(answer.prompt_tokens, answer.completion_tokens)
    return reserved if cost is None else cost


def _held(row: Adaptation) -> int:
    """Return what teachers' calls of a job hold of its cap, in micro."""
    rows = row.answers.values_list("state", "reserved_micro", "cost_micro")
    return sum(
        max(reserved, cost or 0) if state != A.SETTLED else (cost or 0)
        for state, reserved, cost in rows
    )


def _close(row: TeacherAnswer, adaptation_pk: int) -> None:
    """Move the money of an ended call in the books of its month and its job."""
    cost = row.cost_micro or 0
    spent = min(cost, row.reserved_micro) if row.state == A.SETTLED else 0
    if row.month is not None:
        _book(
            row.month,
            reserved=-row.reserved_micro,
            spent=spent,
            overshoot=max(0, cost - row.reserved_micro),
            unknown=row.reserved_micro if row.state == A.UNKNOWN else 0,
        )
    Adaptation.objects.filter(pk=adaptation_pk).update(
        teacher_spent_micro=F("teacher_spent_micro") + spent
    )


def _book(month: TeamMonth, **moved: int) -> None:
    changes = {f"{name}_micro": F(f"{name}_micro") + by for name, by in moved.items()}
    TeamMonth.objects.filter(pk=month.pk).update(**changes)
