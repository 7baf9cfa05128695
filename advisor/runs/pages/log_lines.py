"""How does a line of a run's log look?"""

from django.utils import timezone

from advisor.runs.models import Run, RunEvent
from advisor.web.parts import LogLine, Tone

LEVELS: dict[str, tuple[Tone, str]] = {
    **{"info": ("quiet", "run"), "warning": ("warn", "warn")},
    "error": ("fail", "fail"),
}
# What a candidate's line ends with: its new state, as `states` writes it.
ENDS: dict[str, tuple[Tone, str]] = {
    ": done.": ("pass", "pass"),
    ": waiting.": ("quiet", "wait"),
    ": paused.": ("warn", "warn"),
    ": not run.": ("quiet", "skip"),
}
STEPS: dict[str, tuple[Tone, str]] = {
    Run.State.COMPLETED: ("pass", "pass"),
    Run.State.QUEUED: ("quiet", "wait"),
    Run.State.PAUSED: ("warn", "warn"),
    Run.State.CANCELLED: ("quiet", "skip"),
    Run.State.CANCELLING: ("quiet", "skip"),
}


def line_of(event: RunEvent) -> LogLine:
    """Return an event as the page shows it."""
    tone, icon = _look(event)
    at = timezone.localtime(event.at)
    return LogLine(time=f"{at:%H:%M:%S}", tone=tone, icon=icon, text=event.text)


def _look(event: RunEvent) -> tuple[Tone, str]:
    """Return tone and icon: those of a warning or error, else of what is now so."""
    if event.level != "info":
        return LEVELS.get(event.level, LEVELS["info"])
    if event.kind == "run":
        return STEPS.get(str(event.data.get("to")), LEVELS["info"])
    ends = (look for end, look in ENDS.items() if event.text.endswith(end))
    return next(ends, LEVELS["info"])
