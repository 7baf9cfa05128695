"""Of what values is a page made? One frozen dataclass for each component.

A page dataclass (`advisor/<app>/pages.py`) holds these; the template of the same name
in `templates/components/` shows them. Texts come ready to read from `sizing.formats`
and `sizing.explanation`; nothing here formats a number. What was not measured is None,
and a component then shows a dash or nothing, never a zero.
"""

from dataclasses import dataclass
from typing import Literal

from advisor.web.gauge import Gauge

Tone = Literal["pass", "fail", "warn", "accent", "quiet"]
Button = Literal["primary", "secondary", "quiet", "danger"]


@dataclass(frozen=True, slots=True)
class Link:
    """A place to go: text and address; `current` marks where the reader is."""

    text: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do that is a plain link; anything that writes is a form."""

    text: str
    url: str
    kind: Button = "secondary"
    icon: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Icon and words in the colour of the verdict; the words suffice alone."""

    tone: Tone
    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A neutral fact in a word or two."""

    text: str
    tone: Tone = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Progress: `share` and `projected` in 0 to 1; the hatched part is projected."""

    label: str
    share: float
    projected: float | None = None
    state: Literal["going", "done", "bad", "idle"] = "going"

    @property
    def percent(self) -> int:
        """The share in whole percent, for the screen reader."""
        return round(100 * self.share)

    @property
    def style(self) -> str:
        """The share as the custom property that the stylesheet scales by."""
        return f"--p:{self.share:.3f}"

    @property
    def projected_style(self) -> str:
        """The projected share as the same custom property."""
        return f"--p:{self.projected or 0:.3f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat:
    """One total in a stat line; `value` None shows a dash."""

    label: str
    value: str | None
    unit: str | None = None
    note: str | None = None
    tone: Tone | None = None
    bar: Bar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One figure of the decision against its limit, with its gauge.

    ``flips`` says at which other limits the answer would change.
    """

    label: str
    verdict: Verdict
    value: str | None
    aside: str | None = None
    gauge: Gauge | None = None
    limit: str | None = None
    lines: tuple[str, ...] = ()
    flips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A sentence that needs to be seen, with at most one action."""

    kind: Literal["info", "warn", "fail", "pass", "plain"]
    icon: str
    title: str
    text: str = ""
    action: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One line that needs attention: where, what, and what to do."""

    tone: Tone
    icon: str
    subject: Link
    text: str
    action: Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One definition row; `note` says where the fact comes from."""

    term: str
    value: str | None
    note: str | None = None
    action: Link | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the wizard; `url` None where it cannot be opened yet."""

    text: str
    state: Literal["done", "now", "next"]
    url: str | None = None

    @property
    def note(self) -> str:
        """The state in words."""
        return {"done": "Done", "now": "You are here", "next": "To do"}[self.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """What would be here, and how to get it."""

    title: str
    text: str
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an answer: `kind` wrong or right marks how it differs."""

    text: str
    kind: Literal["plain", "wrong", "right"] = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCard:
    """One model's answer to one sample; `text` None when there is none."""

    who: str
    verdict: Verdict
    text: str | None
    note: str = ""
    recommended: bool = False
    pieces: tuple[Piece, ...] = ()
    lang: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """Where the reader is in a long list; addresses keep the rest of the query.

    ``total`` is None where nobody counted what comes after.
    """

    first: int
    last: int
    total: int | None
    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of a run's log."""

    time: str
    tone: Tone
    icon: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What went wrong: the verdict names it, `where` places it, `text` explains."""

    verdict: Verdict
    where: str
    text: str
