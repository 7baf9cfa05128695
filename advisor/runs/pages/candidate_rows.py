"""How does one model stand on the page of a run? A line of its table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from advisor.runs.models import Candidate
from advisor.runs.pages.partial import gauge_so_far
from advisor.runs.pages.totals import time_told
from advisor.runs.selectors import CandidateProgress, RunProgress
from advisor.sizing import formats
from advisor.sizing.measurement import Figure
from advisor.web.gauge import Gauge
from advisor.web.parts import Bar, Tone, Verdict

BarState = Literal["going", "done", "bad", "idle"]
STATES: dict[str, tuple[Tone, str, BarState]] = {
    "waiting": ("quiet", "wait", "idle"),
    "preparing": ("accent", "run", "going"),
    "ready": ("accent", "run", "going"),
    "speed": ("accent", "run", "going"),
    "paused": ("warn", "warn", "bad"),
    "done": ("pass", "pass", "done"),
    "unfit": ("fail", "fail", "bad"),
    "not_run": ("quiet", "skip", "idle"),
}
GOING = ("preparing", "ready", "speed")
STAY = ("done", "unfit", "not_run")
DECISIONS: dict[str, tuple[Tone, str]] = {
    "certified": ("pass", "pass"),
    "discarded": ("fail", "fail"),
    "undecided": ("warn", "unsure"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRow:
    """One model on the live page."""

    key: str
    note: str
    verdict: Verdict
    bar: Bar
    done: str
    rate: str
    left: str
    quality: str
    gauge: Gauge | None
    p95: str
    spent: str


def rows_of(
    progress: RunProgress,
    decided: Mapping[str, Figure],
    floor: float | None,
    times: Mapping[str, str],
    *,
    held: bool,
) -> tuple[CandidateRow, ...]:
    """Return a line for each model of a run, ``held`` while it is paused."""
    return tuple(
        _row(one, decided, floor, times, over=progress.final, held=held)
        for one in progress.candidates
    )


def _row(
    one: CandidateProgress,
    decided: Mapping[str, Figure],
    floor: float | None,
    times: Mapping[str, str],
    *,
    over: bool,
    held: bool,
) -> CandidateRow:
    tone, icon, look = STATES[one.state]
    label, share = one.label, one.share
    if over and one.state not in STAY:
        # Its run ended around it: what is left was not asked.
        tone, icon, look, label = "quiet", "skip", "idle", "Stopped"
        share = one.asked / one.total if one.total else 0.0
    elif held and one.state in GOING:
        tone, icon, look, label = "quiet", "wait", "idle", "Paused"
    if one.decision and (over or one.state == Candidate.State.DONE):
        tone, icon = DECISIONS[one.decision]
        label = f"{one.decision.capitalize()} after {one.decided_after:,}"
    reference = "Reference, " if one.role == "reference" else ""
    figure = decided.get(one.key, one.quality)
    shown = None if one.role == "reference" else floor
    return CandidateRow(
        key=one.key,
        note=f"{reference}{one.engine}",
        verdict=Verdict(tone, icon, label),
        bar=Bar(label=one.key, share=share, state=look),
        done=f"{one.asked:,}",
        rate=formats.DASH if one.rate is None else formats.number(one.rate, 1),
        left=time_told(one.eta_s) or formats.DASH,
        quality=formats.plus_minus(figure),
        gauge=gauge_so_far(figure, shown),
        p95=times.get(one.key, formats.DASH),
        spent=formats.money(one.spend_usd),
    )
