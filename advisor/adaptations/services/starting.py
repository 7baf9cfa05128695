"""When may a job begin? When it can be done as asked for; else nothing is stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from advisor.accounts.models import Team, User
from advisor.accounts.services import micro, record
from advisor.adaptations.models import Adaptation
from advisor.adaptations.selectors import LIVE
from advisor.adaptations.services.candidates import (
    Entry,
    entry_of,
    folder_of,
    terms_of,
)
from advisor.adaptations.services.errors import AdaptationRefused
from advisor.adaptations.services.material import (
    check_apart,
    lessons_of,
    unanswered,
)
from advisor.adaptations.services.paying import price_of_teacher
from advisor.adaptations.services.teaching import recorded_answers
from advisor.projects.models import Setup
from advisor.projects.selectors import model_ids
from advisor.tuning.order import Order, OrderRefusedError, order_of

FEWEST_LESSONS = 8
LONGEST_BUDGET_MIN = 24 * 60
ENDINGS = {
    "fine_tune": "tuned",
    "distil": "distilled",
    "prune": "pruned",
    "quantise": "half",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody asks for; ``order`` holds the technique and its figures."""

    parent: str
    order: Mapping[str, Any]
    budget_minutes: float = 30.0
    teacher: str = ""
    terms_accepted: bool = False
    teacher_cap_usd: float | None = None
    key: str = ""
    notes: tuple[str, ...] = field(default=())


def start_adaptation(
    *, setup: Setup, wish: Wish, started_by: User | None
) -> Adaptation:
    """Open a job on a frozen setup and return it, waiting for a worker.

    What is being made already, as after a second click, is not made twice.

    Raises:
        AdaptationRefused: Everything that stands in the way, at once; nothing stored.
    """
    order, problems = _order(wish)
    parent = entry_of(setup, wish.parent)
    teacher = entry_of(setup, wish.teacher) if wish.teacher else None
    problems += [*_about_parent(setup, wish, parent), *_about_budget(wish)]
    if order is not None:
        problems += _about_teacher(setup, wish, order, teacher)
        problems += _about_lessons(setup, order, teacher)
    problems += _about_key(setup, wish)
    if problems or order is None or parent is None:
        raise AdaptationRefused(problems)
    return _open(setup, wish, order, (parent, teacher), started_by)


@transaction.atomic
def _open(
    setup: Setup,
    wish: Wish,
    order: Order,
    who: tuple[Entry, Entry | None],
    started_by: User | None,
) -> Adaptation:
    project, (parent, teacher) = setup.project, who
    Team.objects.select_for_update().get(pk=project.team_id)
    terms = terms_of(setup, teacher).text if teacher else ""
    cap = wish.teacher_cap_usd
    made = Adaptation(
        project=project,
        setup=setup,
        key=wish.key,
        parent_key=parent["id"],
        parent=dict(parent),
        teacher=dict(teacher) if teacher else None,
        technique=order.technique,
        recipe=order.document(),
        budget_s=60 * wish.budget_minutes,
        teacher_cap_micro=None if cap is None else micro(cap),
        terms=terms,
        terms_accepted_at=timezone.now() if teacher and wish.terms_accepted else None,
        notes=list(wish.notes),
        created_by=started_by,
    )
    under_way = _under_way(made)
    if under_way is not None:
        return under_way
    last = project.adaptations.aggregate(last=Max("number"))["last"]
    made.number = (last or 0) + 1
    made.key = wish.key or free_key(setup, parent["id"], order.technique)
    made.save()
    _remember(made, wish)
    return made


def _under_way(asked: Adaptation) -> Adaptation | None:
    """Return a live job of the very same; who names a result wants one of its own."""
    live = Adaptation.objects.filter(
        setup=asked.setup,
        state__in=LIVE,
        budget_s=asked.budget_s,
        teacher_cap_micro=asked.teacher_cap_micro,
    )
    same = (asked.parent, asked.teacher, asked.recipe)
    twins = (one for one in live if (one.parent, one.teacher, one.recipe) == same)
    return None if asked.key else next(twins, None)


def _remember(made: Adaptation, wish: Wish) -> None:
    record(
        team=made.project.team,
        actor=made.created_by,
        action="adaptation.started",
        target=f"{made.key} in {made.project.name}",
        detail={
            "technique": made.technique,
            "parent": made.parent_key,
            "teacher": wish.teacher,
            "terms_accepted": wish.terms_accepted,
        },
    )


def free_key(setup: Setup, parent: str, technique: str) -> str:
    """Return a name for the result that nothing in the project has."""
    stem = f"{parent[:60]}-{ENDINGS[technique]}"
    taken = set(setup.project.adaptations.values_list("key", flat=True))
    for one in setup.project.setups.all():
        taken |= model_ids(one)
    names = (stem if n == 1 else f"{stem}-{n}" for n in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _order(wish: Wish) -> tuple[Order | None, list[str]]:
    try:
        return order_of(wish.order), []
    except OrderRefusedError as refused:
        return None, list(refused.problems)


def _about_parent(setup: Setup, wish: Wish, parent: Entry | None) -> Iterator[str]:
    if setup.state != Setup.State.FROZEN or setup.sample_set is None:
        yield f"Version {setup.version} is still a draft. Run it once, then go on."
    if parent is None:
        names = ", ".join(sorted(model_ids(setup)))
        yield f"candidate: {wish.parent!r} is not in this setup. Use one of: {names}."
        return
    if parent.get("engine") != "transformers":
        yield (
            f"candidate: {wish.parent} answers through the engine {parent['engine']},"
            " so there are no weights to change. Choose a model that runs here."
        )
        return
    try:
        folder_of(parent)
    except AdaptationRefused as refused:
        yield from refused.problems


def _about_budget(wish: Wish) -> Iterator[str]:
    if not 0 < wish.budget_minutes <= LONGEST_BUDGET_MIN:
        yield (
            f"budget: {wish.budget_minutes:g} minutes cannot be worked. Give more than"
            f" 0 and at most {LONGEST_BUDGET_MIN:,}."
        )


def _about_teacher(
    setup: Setup, wish: Wish, order: Order, teacher: Entry | None
) -> Iterator[str]:
    if order.technique != "distil":
        if wish.teacher:
            yield "teacher: only distilling has one. Leave it out."
        return
    if teacher is None or teacher["id"] == wish.parent:
        named = repr(wish.teacher) if wish.teacher else "nobody"
        yield (
            f"teacher: {named} cannot teach {wish.parent}. Name the reference or"
            " another candidate of this setup."
        )
        return
    terms = terms_of(setup, teacher)
    if terms.must_accept and not wish.terms_accepted:
        yield (
            f"terms: not accepted. {terms.text} Confirm that you may train on its"
            " answers."
        )
    if order.by == "logits" and terms.must_accept:
        yield "by: only a model whose weights lie here shows its logits. Use answers."
    if price_of_teacher(setup, teacher) is not None and wish.teacher_cap_usd is None:
        yield (
            f"teacher budget: {teacher['id']} is paid by the token. Say how many US"
            " dollars its answers may cost."
        )


def _about_lessons(setup: Setup, order: Order, teacher: Entry | None) -> Iterator[str]:
    if setup.sample_set is None:
        return
    template = str(setup.document.get("prompt") or "{input}")
    asked = unanswered(setup.sample_set, template)
    lessons = lessons_of(setup.sample_set, template)
    if teacher is not None and teacher.get("engine") == "recorded":
        known = recorded_answers(setup, teacher)
        lessons = lessons_of(setup.sample_set, template, known)
    elif not order.trains or (teacher is not None and order.by != "logits"):
        lessons = asked
    least = FEWEST_LESSONS if order.trains else 1
    if len(lessons) < least:
        what = "an answer of the teacher" if teacher else "a right answer"
        yield (
            f"samples: {len(lessons)} tuning samples with {what} are too few;"
            f" it takes at least {least}. Give tuning a share of the samples in step 3"
            " of the setup (tuning_share in a file), or add samples."
        )
    try:
        check_apart([one.input for one in asked], [setup.sample_set])
    except AdaptationRefused as refused:
        yield from refused.problems


def _about_key(setup: Setup, wish: Wish) -> Iterator[str]:
    taken = set(setup.project.adaptations.values_list("key", flat=True))
    if wish.key and wish.key in taken | model_ids(setup):
        yield f"name: {wish.key} is taken in this project. Choose another one."
