"""Is the run going well, when is it done, what did it cost, what broke?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.utils import timezone

from advisor.accounts.models import Membership, Role
from advisor.accounts.selectors import may
from advisor.projects.pages.header import (
    ProjectHeader,
    header_of,
    project_url,
    version_link,
)
from advisor.runs.forms import CapForm
from advisor.runs.models import Run, RunEvent
from advisor.runs.pages.candidate_rows import CandidateRow, rows_of
from advisor.runs.pages.log_lines import line_of
from advisor.runs.pages.partial import (
    decided_in,
    document_of,
    floor_so_far,
)
from advisor.runs.pages.times import limit_told, p95_so_far
from advisor.runs.pages.totals import totals
from advisor.runs.pages.trouble import problems_of
from advisor.runs.selectors import (
    RunProgress,
    events_of,
    progress_of,
)
from advisor.runs.selectors.untaken import untaken
from advisor.sizing import formats
from advisor.web.parts import (
    Link,
    LogLine,
    Notice,
    Problem,
    Stat,
)

YOUNG, OFTEN, SELDOM = 60, 2, 6  # seconds
CANCELLABLE = (Run.State.QUEUED, Run.State.RUNNING, Run.State.PAUSED)
ENDED = {
    Run.State.COMPLETED: ("pass", "pass", "The run is done."),
    Run.State.WITH_GAPS: ("warn", "warn", "The run is done, with gaps."),
    Run.State.CANCELLED: ("plain", "skip", "The run was cancelled."),
    Run.State.BUDGET_STOPPED: ("warn", "warn", "The run stopped at its cap."),
    Run.State.FAILED: ("fail", "fail", "The run failed."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """A run as it stands; ``final`` ends the polling."""

    title: str
    header: ProjectHeader
    number: int
    lines: tuple[str, ...]
    setup: Link
    here: str
    final: bool
    state: str
    seen: str
    milestone: str
    stats: tuple[Stat, ...]
    notice: Notice | None
    rows: tuple[CandidateRow, ...]
    floor: str
    p95_limit: str
    has_times: bool
    every: int
    problems: tuple[Problem, ...]
    log: tuple[LogLine, ...]
    may_steer: bool
    can_pause: bool
    can_resume: bool
    can_cancel: bool
    can_retry: bool
    can_run_others: bool
    cap: CapForm | None


def run_page(run: Run, membership: Membership, cap: CapForm | None = None) -> RunPage:
    """Return a run's page, or what its polled fragment shows.

    ``cap`` is a new cap that was typed and could not be taken.
    """
    progress, events = progress_of(run), events_of(run, 20)
    state, document = run.state, document_of(run)
    decided = decided_in(document)
    floor = floor_so_far(run, progress, decided)
    times, limit = p95_so_far(run, progress, document), limit_told(run)
    notice = _notice(run) or _stands_still(run, progress)
    return RunPage(
        title=f"Run {run.number}: {run.project.name}",
        header=header_of(run.project, "Runs"),
        number=run.number,
        lines=_lines(run, progress),
        setup=version_link(run.project, run.setup),
        here=project_url(run.project, f"runs/{run.number}/"),
        final=progress.final,
        state=state,
        seen=_digest(progress, events, times, notice),
        milestone=events[0].text if events else "",
        stats=totals(run, progress),
        notice=notice,
        rows=rows_of(progress, decided, floor, times, held=state == Run.State.PAUSED),
        floor="" if floor is None else f"floor {100 * floor:.1f}",
        p95_limit=limit,
        has_times=bool(times or limit),
        every=seconds_between(run, progress),
        problems=problems_of(progress),
        log=tuple(map(line_of, events)),
        may_steer=may(membership, Role.EDITOR),
        can_pause=state == Run.State.RUNNING,
        can_resume=state == Run.State.PAUSED,
        can_cancel=state in CANCELLABLE,
        can_retry=progress.final and any(one.failed for one in progress.candidates),
        can_run_others=progress.final and _spared(progress),
        cap=cap or (CapForm() if state == Run.State.BUDGET_STOPPED else None),
    )


def _digest(
    progress: RunProgress,
    events: list[RunEvent],
    times: Mapping[str, str],
    notice: Notice | None,
) -> str:
    """Return what changes whenever the page would; times that run on are left out."""
    still = [
        replace(one, rate=one.rate and round(one.rate, 1), eta_s=None)
        for one in progress.candidates
    ]
    seen = replace(progress, candidates=tuple(still), eta_s=None)
    told = (seen, events[:1], times, notice)
    return sha256(repr(told).encode()).hexdigest()[:12]


def seconds_between(run: Run, progress: RunProgress) -> int:
    """Return how often a page asks again: often at first, by the minutes left later.

    Many pages may watch a long run, and nobody sees a bar of an hour move in 2 s.
    """
    age = (timezone.now() - (run.started_at or run.created_at)).total_seconds()
    if age < YOUNG:
        return OFTEN
    left = progress.eta_s
    return SELDOM if left is None else min(SELDOM, max(OFTEN, round(left / 60)))


def _spared(progress: RunProgress) -> bool:
    """Say whether a certificate spared somebody the run."""
    left = (one for one in progress.candidates if one.state == "not_run")
    return progress.race and any(not one.reason for one in left)


def _lines(run: Run, progress: RunProgress) -> tuple[str, ...]:
    started = timezone.localtime(run.started_at or run.created_at)
    who = f" by {run.created_by}" if run.created_by else ""
    models = formats.count(len(progress.candidates), "model")
    samples = formats.count(run.manifest["samples"]["count"], "sample")
    begun = "Launched" if run.started_at is None else "Started"
    return (f"{begun} {started:%H:%M}{who}", f"{samples}, {models}")


def _notice(run: Run) -> Notice | None:
    compare = project_url(run.project, f"runs/{run.number}/compare/")
    if run.state in ENDED:
        kind, icon, title = ENDED[Run.State(run.state)]
        stored = getattr(run, "recommendation", None)
        action = Link("Open the comparison", compare) if stored else None
        text = stored.sentence.partition(". ")[0] + "." if stored else ""
        return Notice(kind=kind, icon=icon, title=title, text=text, action=action)  # type: ignore[arg-type]
    if run.state == Run.State.PAUSED:
        title, text = "Paused.", run.pause_reason
        if not text or text.startswith(title[:-1]):
            title, text = text or title, "Finished answers are kept."
        return Notice(kind="warn", icon="warn", title=title, text=text)
    return None


def _stands_still(run: Run, progress: RunProgress) -> Notice | None:
    """Say that nobody takes the work of a run: whoever waits for it cannot tell."""
    since = timezone.now() - timedelta(seconds=settings.STUCK_SECONDS)
    moving = any(one.rate for one in progress.candidates)
    if progress.final or moving or run.created_at > since:
        return None
    queues = sorted(queue for pk, queue in untaken() if pk == run.pk)
    if not queues:
        return None
    text = (
        f"Its work is due and no worker of {' and '.join(queues)} takes it. Tell who"
        " operates this installation. The run goes on by itself once one does."
    )
    return Notice(kind="warn", icon="warn", title="Nobody works on this.", text=text)
