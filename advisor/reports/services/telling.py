"""Who hears of a run's end, of a decision, and of the day by which one is due?

By mail, after the commit. A server that is down undoes nothing: the page shows
the same.
"""

from datetime import date
from functools import partial

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string

from advisor.projects.models import Project
from advisor.reports.models import DecisionRecord
from advisor.reports.selectors.due import due_projects, readers_of
from advisor.runs.models import Run

OUTCOMES = {
    "recommended": "use {model}",
    "none_qualifies": "none qualifies",
    "undecided": "undecided",
}


def tell_of_decision(record: DecisionRecord) -> None:
    """Write to the owners and to who launched the run; not to who signed."""
    project, signer = record.run.project, record.signed_by
    asked = readers_of(project, record.run.created_by, project.created_by)
    readers = [one for one in asked if signer is None or one != signer.email]
    verb = str(record.get_verdict_display())
    words = {"record": record, "project": project, "verb": verb.lower()}
    _after_commit(
        f"{verb}: {record.model} for {project.name}",
        "decided",
        {**words, "link": _link(project, f"runs/{record.run.number}/report/")},
        readers,
    )


def tell_of_end(run: Run) -> None:
    """Write to who launched a run that it is done, and what it recommends."""
    stored, who = run.recommendation, run.created_by
    if who is None:
        return
    outcome = OUTCOMES[stored.outcome].format(model=stored.recommended)
    _after_commit(
        f"Run {run.number} of {run.project.name} is done: {outcome}",
        "done",
        {
            "sentence": stored.sentence,
            "link": _link(run.project, f"runs/{run.number}/compare/"),
        },
        [one for one in readers_of(run.project, who) if one == who.email],
    )


@transaction.atomic
def remind(today: date) -> int:
    """Write once of every project that is to be decided within a week; say how many."""
    reminded = 0
    for project, day in due_projects(today):
        mine = Project.objects.filter(pk=project.pk, reminded_of=project.reminded_of)
        if not mine.update(reminded_of=day):
            continue
        reminded += 1
        _after_commit(
            f"{project.name} is to be decided by {day:%-d %B}",
            "reminder",
            {"project": project, "day": day, "link": _link(project)},
            readers_of(project, project.created_by),
        )
    return reminded


def _link(project: Project, rest: str = "") -> str:
    return f"{settings.SITE_URL}/t/{project.team.slug}/p/{project.slug}/{rest}"


def _after_commit(
    subject: str, template: str, words: dict[str, object], readers: list[str]
) -> None:
    """Write to each reader alone, so that none sees the others' addresses."""
    message = render_to_string(f"reports/mail/{template}.txt", words)
    title = f"[Rightsize] {' '.join(subject.split())}"
    for reader in readers:
        send = partial(send_mail, title, message, None, [reader])
        transaction.on_commit(send, robust=True)
