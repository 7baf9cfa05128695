"""How far, how fast, for how much? The totals on top of a run's page."""

from datetime import timedelta
from math import ceil

from django.utils import timezone

from advisor.runs.models import Run
from advisor.runs.selectors import RunProgress
from advisor.sizing import formats
from advisor.web.parts import Bar, Stat


def totals(run: Run, progress: RunProgress) -> tuple[Stat, ...]:
    """Return what a run has done, its pace and its spend."""
    return _done(progress), *_pace(run, progress), _spent(progress)


def _done(progress: RunProgress) -> Stat:
    bar = Bar(label="Whole run", share=progress.share)
    made, total = progress.made, progress.total
    taken = f"{progress.cached:,} taken over" if progress.cached else ""
    missing = f"{total - made:,} not asked" if progress.stopped else ""
    if not progress.race:
        done = made if progress.stopped else progress.done
        told = [f"{done:,} of {total:,} answers", taken, missing]
        value = formats.percent(progress.share, 0)
        return Stat(label="Done", value=value, note=_joined(told), bar=bar)
    told = [f"of at most {total:,}", taken]
    if progress.final:
        spared = missing or f"{progress.saved:,} saved"
        told = [f"of {total:,}", taken, spared]
    value = formats.number(made)
    return Stat(label="Answers", value=value, note=_joined(told), bar=bar)


def _joined(told: list[str]) -> str:
    return ", ".join(one for one in told if one)


def _pace(run: Run, progress: RunProgress) -> tuple[Stat, Stat]:
    """Return time left and speed now; of a run that ended, what both were."""
    rates = [one.rate for one in progress.candidates if one.rate]
    if not progress.final:
        rate = sum(rates) if rates else None
        note = _end(progress)
        left = Stat(label="Time left", value=time_told(progress.eta_s), note=note)
        return left, _speed(rate)
    if run.started_at is None or run.finished_at is None:
        return Stat(label="Took", value=None), _speed(None)
    took = (run.finished_at - run.started_at).total_seconds()
    rate = progress.made / took if took else None
    ended = timezone.localtime(run.finished_at)
    note = f"ended {ended:%-d %b %Y %H:%M}"
    return Stat(label="Took", value=time_told(took), note=note), _speed(rate)


def _end(progress: RunProgress) -> str:
    """Return when a run is about to end; a race may be decided before."""
    if progress.eta_s is None:
        return ""
    at = timezone.localtime(timezone.now() + timedelta(seconds=progress.eta_s))
    about = f"ends about {at:%H:%M}"
    return f"{about} at the latest" if progress.race else about


def _projected(progress: RunProgress) -> float | None:
    """Return what the run costs in all if the rest costs like what was answered."""
    paid = [one for one in progress.candidates if one.spend_usd and one.done]
    if progress.final or not paid:
        return None
    return sum((one.spend_usd or 0.0) / one.done * one.total for one in paid)


def _speed(rate: float | None) -> Stat:
    if rate is None:
        return Stat(label="Speed", value=None)
    return Stat(label="Speed", value=formats.number(rate, 1), unit="samples/s")


def _spent(progress: RunProgress) -> Stat:
    """Return what was billed, what may come to it, and what is left of the cap."""
    cap, possible = progress.cap_usd, progress.possible_usd
    ahead, over = _projected(progress), progress.overshoot_usd
    told = [
        "no cap" if cap is None else f"of {formats.money(cap)} cap",
        "" if cap is None else f"{formats.money(progress.left_usd)} left",
        f"possibly {formats.money(possible)} more" if possible else "",
        f"{formats.money(over)} of it above the worst price" if over else "",
        f"about {formats.money(ahead)} at the end" if ahead else "",
    ]
    bar = Bar(
        label="Spend against cap",
        share=min(1.0, progress.spent_usd / cap) if cap else 0.0,
        projected=min(1.0, ahead / cap) if ahead and cap else None,
    )
    return Stat(
        label="Spent",
        value=formats.money(progress.spent_usd),
        note=_joined(told),
        bar=bar if cap else None,
    )


def time_told(seconds: float | None) -> str | None:
    """Return seconds as people say them, None where nobody knows."""
    if seconds is None:
        return None
    if seconds < 90:
        return f"{ceil(seconds)} s"
    return f"{ceil(seconds / 60)} min"
