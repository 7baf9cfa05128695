"""What has happened in a project? Its rows as acts, newest first.

Launches, steps and ends of runs, versions of setup and samples, decisions, comments,
exports and share links: each row already says when and by whom.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from django.db.models import QuerySet

from advisor.projects.models import Project, SampleSet, Setup
from advisor.reports.models import Comment, DecisionRecord, Export, ShareLink
from advisor.runs.models import Run, RunEvent
from advisor.sizing import formats
from advisor.web.parts import Tone

STEPS = ("run", "cap")
ENDED = (
    *(Run.State.COMPLETED, Run.State.WITH_GAPS, Run.State.CANCELLED),
    *(Run.State.BUDGET_STOPPED, Run.State.FAILED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that happened: when, by whom ("" is the product itself), and where.

    ``path`` is under the project; "" where there is nothing to open.
    """

    at: datetime
    who: str
    text: str
    path: str = ""
    icon: str = "run"
    tone: Tone = "quiet"


def acts_of(project: Project, limit: int) -> list[Act]:
    """Return the newest acts of a project, at most ``limit``; nine queries."""
    found = chain(
        _runs(Run.objects.filter(project=project), limit),
        _steps(RunEvent.objects.filter(run__project=project, kind__in=STEPS), limit),
        _setups(Setup.objects.filter(project=project), limit),
        _samples(SampleSet.objects.filter(project=project), limit),
        _decisions(DecisionRecord.objects.filter(run__project=project), limit),
        _exports(Export.objects.filter(run__project=project), limit),
        _links(ShareLink.objects.filter(run__project=project), limit),
        _comments(Comment.objects.filter(run__project=project), limit),
        [_opened(project)],
    )
    return sorted(found, key=lambda act: act.at, reverse=True)[:limit]


def _opened(project: Project) -> Act:
    who = str(project.created_by) if project.created_by else ""
    text = "The project was opened."
    return Act(at=project.created_at, who=who, text=text, icon="plus")


def _runs(runs: QuerySet[Run], limit: int) -> Iterator[Act]:
    rows = runs.select_related("created_by", "setup", "recommendation")
    rows = rows.defer("manifest", "setup__document", "recommendation__document")
    for run in rows.order_by("-created_at")[:limit]:
        path = f"runs/{run.number}/"
        who = str(run.created_by) if run.created_by else ""
        text = f"Run {run.number} was launched with setup version {run.setup.version}."
        yield Act(at=run.created_at, who=who, text=text, path=path, tone="accent")
        if run.finished_at is not None and run.state in ENDED:
            text = f"Run {run.number} ended: {_end(run)}"
            good = run.state in (Run.State.COMPLETED, Run.State.WITH_GAPS)
            tone: Tone = "pass" if good else "warn"
            icon = "pass" if good else "warn"
            yield Act(
                at=run.finished_at, who="", text=text, path=path, icon=icon, tone=tone
            )


def _end(run: Run) -> str:
    """Return how a run ended: its answer, else the state it is in."""
    stored = getattr(run, "recommendation", None)
    if stored is not None:
        return f"{str(stored.sentence).partition('. ')[0].rstrip('.')}."
    label = run.get_state_display()
    return f"{label[:1].lower()}{label[1:]}."


def _steps(events: QuerySet[RunEvent], limit: int) -> Iterator[Act]:
    rows = events.select_related("run").defer("run__manifest")
    for one in rows.order_by("-pk")[:limit]:
        if one.data.get("to") in (Run.State.QUEUED, *ENDED):
            continue  # the run's own row says so
        path = f"runs/{one.run.number}/"
        text = f"Run {one.run.number}: {one.text}"
        yield Act(at=one.at, who="", text=text, path=path)


def _setups(setups: QuerySet[Setup], limit: int) -> Iterator[Act]:
    rows = setups.select_related("created_by").defer("document")
    for one in rows.order_by("-version")[:limit]:
        who = str(one.created_by) if one.created_by else ""
        text = f"Setup version {one.version} was opened."
        yield Act(at=one.created_at, who=who, text=text, path="setup/", icon="draft")
        if one.frozen_at is not None:
            text = f"Setup version {one.version} was frozen."
            yield Act(at=one.frozen_at, who=who, text=text, icon="seal")


def _samples(sets: QuerySet[SampleSet], limit: int) -> Iterator[Act]:
    for one in sets.order_by("-version")[:limit]:
        many = formats.count(one.count, "sample")
        text = f"Sample set version {one.version}: {many}, {one.name}."
        yield Act(at=one.created_at, who="", text=text, icon="file")


def _decisions(records: QuerySet[DecisionRecord], limit: int) -> Iterator[Act]:
    signed = records.filter(signed_at__isnull=False).select_related("run")
    for one in signed.defer("run__manifest").order_by("-signed_at")[:limit]:
        verb = str(one.get_verdict_display()).lower()
        text = f"{one.name}: {one.model} was {verb}. {one.reason}".strip()
        accepted = one.verdict == DecisionRecord.Verdict.ACCEPTED
        if one.signed_at is not None:
            yield Act(
                at=one.signed_at,
                who=one.signer_name,
                text=text,
                path=f"runs/{one.run.number}/report/",
                icon="seal",
                tone="pass" if accepted else "fail",
            )


def _exports(exports: QuerySet[Export], limit: int) -> Iterator[Act]:
    rows = exports.select_related("run", "requested_by")
    rows = rows.defer("content", "run__manifest")
    for one in rows.order_by("-created_at")[:limit]:
        who = str(one.requested_by) if one.requested_by else ""
        text = f"The report of run {one.run.number} was exported as"
        text += f" {one.get_kind_display()}."
        path = f"runs/{one.run.number}/report/"
        yield Act(at=one.created_at, who=who, text=text, path=path, icon="file")


def _links(links: QuerySet[ShareLink], limit: int) -> Iterator[Act]:
    rows = links.select_related("run", "created_by").defer("run__manifest")
    for one in rows.order_by("-created_at")[:limit]:
        who = str(one.created_by) if one.created_by else ""
        text = f"The report of run {one.run.number} was shared by a link."
        yield Act(at=one.created_at, who=who, text=text, icon="file")


def _comments(comments: QuerySet[Comment], limit: int) -> Iterator[Act]:
    rows = comments.select_related("run").defer("run__manifest")
    for one in rows.order_by("-created_at")[:limit]:
        path = f"runs/{one.run.number}/compare/#comments"
        text = f"A comment on run {one.run.number}."
        yield Act(at=one.created_at, who=one.author_name, text=text, path=path)
