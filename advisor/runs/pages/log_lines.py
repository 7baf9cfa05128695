"""How does a line of a run's log look?"""

from django.utils import timezone

from advisor.runs.models import RunEvent
from advisor.web.parts import LogLine, Tone

LEVELS: dict[str, tuple[Tone, str]] = {
    **{"info": ("quiet", "run"), "warning": ("warn", "warn")},
    "error": ("fail", "fail"),
}


def line_of(event: RunEvent) -> LogLine:
    """Return an event as the page shows it."""
    tone, icon = LEVELS.get(event.level, LEVELS["info"])
    at = timezone.localtime(event.at)
    return LogLine(time=f"{at:%H:%M:%S}", tone=tone, icon=icon, text=event.text)
