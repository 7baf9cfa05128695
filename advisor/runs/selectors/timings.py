"""How fast was a candidate? Rows of its speed phase become times and figures."""

from math import inf

from advisor.projects.schema.known import THIS_MACHINE
from advisor.runs.models import Candidate, SpeedRecord
from advisor.runs.selectors.scores import Column, Tried
from advisor.sizing.measurement import DISTURBED, Figure
from advisor.sizing.ratios import Ratio, ratio_of_means


def latencies_of(
    one: Candidate, column: Column
) -> tuple[tuple[float, ...] | None, tuple[float, ...] | None, tuple[int, ...] | None]:
    """Return end-to-end and first-token times in ms, and bursts under load.

    From the speed phase; a recorded file has what was recorded. Infinite for a
    failure, None where nothing was timed.
    """
    if one.engine == "recorded":
        tried = _recorded_once(column)
        return _recorded([t for t in tried if t.latency_ms is not None or t.failed])
    if _runs_elsewhere(one):
        return None, None, None
    phase = SpeedRecord.Phase.LOAD
    records = list(one.speed.filter(phase=phase).order_by("index"))
    if not records:
        phase = SpeedRecord.Phase.SINGLE
        records = list(one.speed.filter(phase=phase).order_by("index"))
    if not records:
        return None, None, None
    total = tuple(_time(r.total_ms, bool(r.failure_code)) for r in records)
    firsts = [
        _time(r.ttft_ms, bool(r.failure_code))
        for r in records
        if r.ttft_ms is not None or r.failure_code
    ]
    bursts = None
    if phase == SpeedRecord.Phase.LOAD:
        bursts = tuple(r.burst or 0 for r in records)
    whole = len(firsts) == len(records)
    return total, tuple(firsts) if whole else None, bursts


def was_disturbed(one: Candidate) -> bool:
    """Say whether other programs ran while the times were measured, in every try."""
    timed = one.speed.exclude(phase=SpeedRecord.Phase.WARM_UP)
    return timed.filter(disturbed=True).exists()


def _recorded_once(column: Column) -> list[Tried]:
    """Return one trial a sample: its repeats are the same line of the file.

    Taken for requests of their own, they would prove a percentile of too few.
    """
    return [repeats[0] for repeats in column.samples()]


def _recorded(
    timed: list[Tried],
) -> tuple[tuple[float, ...] | None, tuple[float, ...] | None, None]:
    if not any(one.latency_ms is not None for one in timed):
        return None, None, None
    total = tuple(_time(one.latency_ms, one.failed) for one in timed)
    answered = [one for one in timed if not one.failed]
    if any(one.ttft_ms is None for one in answered):
        return total, None, None
    return total, tuple(_time(one.ttft_ms, one.failed) for one in timed), None


def _time(milliseconds: float | None, failed: bool) -> float:
    return inf if failed or milliseconds is None else milliseconds


def _single(one: Candidate) -> list[SpeedRecord]:
    return list(
        one.speed.filter(
            phase=SpeedRecord.Phase.SINGLE, failure_code="", total_ms__gt=0
        ).order_by("index")
    )


def _runs_elsewhere(one: Candidate) -> bool:
    """Say whether the candidate is meant for other hardware than measured it.

    What was timed here says nothing about another machine.
    """
    hardware = one.spec.get("hardware") or THIS_MACHINE
    return one.engine == "transformers" and hardware != THIS_MACHINE


def capacity_of(one: Candidate) -> Figure | None:
    """Return the requests per second at which one replica saturates.

    One request at a time: the requests by the time they took. A server that works on
    many at once serves more, so for it this is not known.
    """
    records = _single(one)
    known = one.engine in ("transformers", "fake") and not _runs_elsewhere(one)
    if not records or not known:
        return None
    seconds = [(r.total_ms or 0.0) / 1000 for r in records]
    note = _noted("one request at a time", one)
    return _figure(ratio_of_means([1.0] * len(seconds), seconds), note)


def tokens_per_second_of(one: Candidate, column: Column) -> Figure | None:
    """Return output tokens per second of one request at a time."""
    if _runs_elsewhere(one):
        return None
    if one.engine == "recorded":
        tried = [one for one in _recorded_once(column) if not one.failed]
        pairs = [(t.completion_tokens, t.latency_ms) for t in tried]
    else:
        pairs = [(r.completion_tokens, r.total_ms) for r in _single(one)]
    timed = [(float(n), ms / 1000) for n, ms in pairs if n is not None and ms]
    if not timed:
        return None
    tokens, seconds = zip(*timed, strict=True)
    note = _noted("output tokens by whole time", one)
    return _figure(ratio_of_means(tokens, seconds), note)


def _noted(note: str, one: Candidate) -> str:
    return f"{note}; {DISTURBED}" if was_disturbed(one) else note


def _figure(ratio: Ratio | None, note: str) -> Figure | None:
    if ratio is None:
        return None
    low = None if ratio.low is None else max(0.0, ratio.low)
    return Figure(ratio.value, low, ratio.high, ratio.n, "measured", note)
